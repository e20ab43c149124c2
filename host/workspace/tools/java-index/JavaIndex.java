// Writes the public and protected declarations of the JDK's exported packages
// as lines, for the symbol index of buildfix-workspace.
//
//     java JavaIndex.java OUTPUT
//
// They are read, by reflection and without running any of it, from the class
// files of the JDK that runs this program.
//
// OUTPUT is the length of the text in bytes (32 bits, little-endian) and a raw
// deflate stream of it: UTF-8 lines, sorted by name (by bytes), of four fields
// between tabs: name, kind, container, signature.
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.reflect.*;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

public class JavaIndex {
    static final int MAX_SIGNATURE = 300;
    /** Name, container, kind and signature, in which order they sort. */
    static final TreeSet<List<String>> lines = new TreeSet<>((left, right) -> {
        for (int field = 0; field < 4; field++) {
            int order = left.get(field).compareTo(right.get(field));
            if (order != 0) return order;
        }
        return 0;
    });

    public static void main(String[] arguments) throws Exception {
        for (ModuleReference module : ModuleFinder.ofSystem().findAll()) {
            ModuleDescriptor descriptor = module.descriptor();
            // The rest is one implementation's own; its HTTP server is used widely.
            if (!descriptor.name().startsWith("java.") && !descriptor.name().equals("jdk.httpserver")) continue;
            Set<String> exported = descriptor.exports().stream()
                .filter(export -> !export.isQualified()).map(ModuleDescriptor.Exports::source).collect(Collectors.toSet());
            try (ModuleReader reader = module.open()) {
                for (String entry : reader.list().toList()) {
                    int slash = entry.lastIndexOf('/');
                    if (slash < 0 || !entry.endsWith(".class")) continue;
                    String space = entry.substring(0, slash).replace('/', '.');
                    if (!exported.contains(space)) continue;
                    String name = entry.substring(slash + 1, entry.length() - ".class".length());
                    Class<?> type = Class.forName(space + "." + name, false, ClassLoader.getSystemClassLoader());
                    if (isSeen(type)) {
                        add(space, "", "namespace", "package " + space);
                        readType(type);
                    }
                }
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines)
            text.append(line.get(0)).append('\t').append(line.get(2)).append('\t').append(line.get(1)).append('\t')
                .append(line.get(3)).append('\n');
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        try (FileOutputStream file = new FileOutputStream(arguments[0])) {
            // The length of the text goes first, so that its reader allocates once.
            file.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes.length).array());
            Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
            try (OutputStream deflate = new DeflaterOutputStream(file, deflater)) {
                deflate.write(bytes);
            }
        }
        System.out.println(lines.size() + " declarations, " + bytes.length + " bytes");
    }

    static void add(String name, String container, String kind, String signature) {
        lines.add(List.of(name, container, kind,
            signature.substring(0, Math.min(signature.length(), MAX_SIGNATURE))));
    }

    static boolean isOpen(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    /** Whether programs can name the type. */
    static boolean isSeen(Class<?> type) {
        if (type.isSynthetic() || type.isAnonymousClass() || type.isLocalClass() || !isOpen(type.getModifiers())) return false;
        return type.getDeclaringClass() == null || isSeen(type.getDeclaringClass());
    }

    static void readType(Class<?> type) {
        Class<?> outer = type.getDeclaringClass();
        String container = outer == null ? type.getPackageName() : outer.getCanonicalName();
        String word = type.isAnnotation() ? "@interface" : type.isInterface() ? "interface"
            : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
        int modifiers = type.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED | Modifier.STATIC
            | (word.equals("class") ? Modifier.ABSTRACT | Modifier.FINAL : 0));
        StringBuilder head = new StringBuilder(words(modifiers)).append(word).append(' ').append(type.getSimpleName())
            .append(parameters(type.getTypeParameters()));
        Class<?> parent = type.getSuperclass();
        if (word.equals("class") && parent != null && parent != Object.class)
            head.append(" extends ").append(name(type.getGenericSuperclass()));
        if (!type.isAnnotation() && type.getInterfaces().length > 0)
            head.append(type.isInterface() ? " extends " : " implements ").append(names(type.getGenericInterfaces()));
        add(type.getSimpleName(), container, type.isAnnotation() ? "interface" : word, head.toString());
        // Thousands of members of the toolkits' drawing that nobody writes.
        if (container.startsWith("javax.swing.plaf.")) return;
        String own = type.getCanonicalName();
        for (Field field : type.getDeclaredFields()) {
            if (!isOpen(field.getModifiers()) || field.isSynthetic()) continue;
            if (field.isEnumConstant()) {
                add(field.getName(), own, "enum-member", type.getSimpleName() + " " + field.getName());
                continue;
            }
            int kept = type.isInterface() ? 0 : field.getModifiers() & ~(Modifier.VOLATILE | Modifier.TRANSIENT);
            boolean constant = Modifier.isStatic(field.getModifiers()) && Modifier.isFinal(field.getModifiers());
            add(field.getName(), own, constant ? "constant" : "field", words(kept) + name(field.getGenericType()) + " " + field.getName());
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors())
            if (isOpen(constructor.getModifiers()) && !constructor.isSynthetic())
                add(type.getSimpleName(), own, "constructor", words(constructor.getModifiers())
                    + parameters(constructor.getTypeParameters()) + type.getSimpleName() + list(constructor));
        methods(type, own, type);
        // What a hidden base class declares is seen as the type's own.
        for (Class<?> base = parent; base != null && !isSeen(base); base = base.getSuperclass()) methods(base, own, type);
    }

    static void methods(Class<?> type, String container, Class<?> shown) {
        for (Method method : type.getDeclaredMethods()) {
            if (!isOpen(method.getModifiers()) || method.isSynthetic() || isRepeated(method, shown)) continue;
            if (type != shown && (Modifier.isAbstract(method.getModifiers()) || isDeclared(method, shown))) continue;
            int kept = method.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED | Modifier.STATIC | Modifier.ABSTRACT | Modifier.FINAL);
            String word = "";
            if (type.isInterface()) {
                word = method.isDefault() ? "default " : "";
                kept &= Modifier.STATIC;
            }
            String generic = parameters(method.getTypeParameters());
            add(method.getName(), container, "method", words(kept) + word + (generic.isEmpty() ? "" : generic + " ")
                + name(method.getGenericReturnType()) + " " + method.getName() + list(method));
        }
    }

    static boolean isDeclared(Method method, Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods()).anyMatch(own -> !own.isSynthetic()
            && own.getName().equals(method.getName()) && Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
    }

    /** An override that says nothing which a base's declaration does not. */
    static boolean isRepeated(Method method, Class<?> shown) {
        Deque<Class<?>> bases = new ArrayDeque<>();
        bases.add(shown);
        while (!bases.isEmpty()) {
            Class<?> base = bases.pop();
            if (base.getSuperclass() != null) bases.push(base.getSuperclass());
            else if (base.isInterface()) bases.addAll(List.of(base.getInterfaces()));
            if (base == shown || !isSeen(base)) continue;
            for (Method other : base.getDeclaredMethods())
                if (isOpen(other.getModifiers()) && other.getName().equals(method.getName())
                    && Arrays.equals(other.getParameterTypes(), method.getParameterTypes())
                    && other.getReturnType() == method.getReturnType()
                    && Arrays.equals(other.getExceptionTypes(), method.getExceptionTypes())
                    && Modifier.isAbstract(other.getModifiers()) == Modifier.isAbstract(method.getModifiers())
                    && Modifier.isPublic(other.getModifiers()) == Modifier.isPublic(method.getModifiers())) return true;
        }
        return false;
    }

    static String words(int modifiers) {
        modifiers &= ~(Modifier.SYNCHRONIZED | Modifier.NATIVE | Modifier.STRICT);
        return modifiers == 0 ? "" : Modifier.toString(modifiers) + " ";
    }

    static String list(Executable method) {
        Type[] types = method.getGenericParameterTypes();
        List<String> names = new ArrayList<>();
        for (int index = 0; index < types.length; index++) {
            String type = name(types[index]);
            boolean last = index == types.length - 1;
            names.add(last && method.isVarArgs() ? type.substring(0, type.length() - "[]".length()) + "..." : type);
        }
        Type[] thrown = method.getGenericExceptionTypes();
        return "(" + String.join(", ", names) + ")" + (thrown.length == 0 ? "" : " throws " + names(thrown));
    }

    static String parameters(TypeVariable<?>[] variables) {
        if (variables.length == 0) return "";
        return Arrays.stream(variables).map(variable -> {
            String bounds = Arrays.stream(variable.getBounds()).filter(bound -> bound != Object.class)
                .map(JavaIndex::name).collect(Collectors.joining(" & "));
            return variable.getName() + (bounds.isEmpty() ? "" : " extends " + bounds);
        }).collect(Collectors.joining(", ", "<", ">"));
    }

    static String names(Type[] types) {
        return Arrays.stream(types).map(JavaIndex::name).collect(Collectors.joining(", "));
    }

    /** A type as Java writes it, without packages. */
    static String name(Type type) {
        if (type instanceof Class<?> plain) {
            if (plain.isArray()) return name(plain.getComponentType()) + "[]";
            return plain.getDeclaringClass() == null ? plain.getSimpleName()
                : name(plain.getDeclaringClass()) + "." + plain.getSimpleName();
        }
        if (type instanceof GenericArrayType array) return name(array.getGenericComponentType()) + "[]";
        if (type instanceof ParameterizedType generic)
            return name(generic.getRawType()) + "<" + names(generic.getActualTypeArguments()) + ">";
        if (type instanceof WildcardType wild) {
            if (wild.getLowerBounds().length > 0) return "? super " + names(wild.getLowerBounds());
            return wild.getUpperBounds()[0] == Object.class ? "?" : "? extends " + names(wild.getUpperBounds());
        }
        return type.getTypeName();
    }
}
