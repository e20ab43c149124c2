// Writes the public declarations of a folder's .NET assemblies as lines, for
// the symbol index of buildfix-workspace.
//
//     dotnet-index FOLDER OUTPUT ASSEMBLY…
//
// OUTPUT is the length of the text in bytes (32 bits, little-endian) and a raw
// deflate stream of it: UTF-8 lines, sorted by name (by bytes), of four fields
// between tabs: name, kind, container, signature.
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;

static class DotnetIndex
{
    static readonly SortedSet<(string Name, string Container, string Kind, string Signature)> Lines =
        new(Comparer<(string, string, string, string)>.Create(Compare));
    static readonly HashSet<string> Namespaces = new();

    static int Compare((string, string, string, string) a, (string, string, string, string) b)
    {
        int order = string.CompareOrdinal(a.Item1, b.Item1);
        if (order == 0) order = string.CompareOrdinal(a.Item2, b.Item2);
        if (order == 0) order = string.CompareOrdinal(a.Item3, b.Item3);
        if (order == 0) order = string.CompareOrdinal(a.Item4, b.Item4);
        return order;
    }

    static int Main(string[] args)
    {
        foreach (string assembly in args.Skip(2)) ReadAssembly(Path.Combine(args[0], assembly));
        foreach (string name in Namespaces) Lines.Add((name, "", "namespace", "namespace " + name));
        StringBuilder text = new();
        foreach (var line in Lines)
            text.Append(line.Name).Append('\t').Append(line.Kind).Append('\t').Append(line.Container).Append('\t')
                .Append(line.Signature).Append('\n');
        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        using FileStream file = File.Create(args[1]);
        // The length of the text goes first, so that its reader allocates once.
        file.Write(BitConverter.GetBytes((uint)bytes.Length));
        using (DeflateStream deflate = new(file, CompressionLevel.SmallestSize)) deflate.Write(bytes);
        Console.WriteLine($"{Lines.Count} declarations, {bytes.Length} bytes");
        return 0;
    }

    static void ReadAssembly(string path)
    {
        using PEReader image = new(File.OpenRead(path));
        MetadataReader reader = image.GetMetadataReader();
        foreach (TypeDefinitionHandle handle in reader.TypeDefinitions)
        {
            TypeDefinition type = reader.GetTypeDefinition(handle);
            if (IsSeen(reader, type)) ReadType(reader, type);
        }
    }

    static bool IsSeen(MetadataReader reader, TypeDefinition type)
    {
        TypeAttributes access = type.Attributes & TypeAttributes.VisibilityMask;
        if (access == TypeAttributes.Public) return true;
        return access is TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem
            && IsSeen(reader, reader.GetTypeDefinition(type.GetDeclaringType()));
    }

    static string Plain(string name)
    {
        int tick = name.IndexOf('`');
        return tick < 0 ? name : name[..tick];
    }

    static string ContainerOf(MetadataReader reader, TypeDefinition type)
    {
        if (!type.IsNested) return reader.GetString(type.Namespace);
        TypeDefinition outer = reader.GetTypeDefinition(type.GetDeclaringType());
        string container = ContainerOf(reader, outer), name = Plain(reader.GetString(outer.Name));
        return container == "" ? name : container + "." + name;
    }

    static string[] Parameters(MetadataReader reader, GenericParameterHandleCollection handles) =>
        handles.Select(h => reader.GetString(reader.GetGenericParameter(h).Name)).ToArray();

    static string Angles(IEnumerable<string> names)
    {
        string list = string.Join(", ", names);
        return list == "" ? "" : "<" + list + ">";
    }

    static string NameOf(MetadataReader reader, EntityHandle handle, Scope scope)
    {
        if (handle.IsNil) return "";
        return handle.Kind switch
        {
            HandleKind.TypeDefinition => Namer.Instance.GetTypeFromDefinition(reader, (TypeDefinitionHandle)handle, 0),
            HandleKind.TypeReference => Namer.Instance.GetTypeFromReference(reader, (TypeReferenceHandle)handle, 0),
            _ => reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(Namer.Instance, scope),
        };
    }

    static bool Has(MetadataReader reader, CustomAttributeHandleCollection attributes, string name)
    {
        foreach (CustomAttributeHandle handle in attributes)
        {
            EntityHandle constructor = reader.GetCustomAttribute(handle).Constructor;
            string found = constructor.Kind == HandleKind.MemberReference
                ? NameOf(reader, reader.GetMemberReference((MemberReferenceHandle)constructor).Parent, new Scope())
                : NameOf(reader, reader.GetMethodDefinition((MethodDefinitionHandle)constructor).GetDeclaringType(), new Scope());
            if (found == name) return true;
        }
        return false;
    }

    static void Add(string name, string container, string kind, string signature) =>
        Lines.Add((name, container, kind, signature.Length > 300 ? signature[..300] : signature));

    static void ReadType(MetadataReader reader, TypeDefinition type)
    {
        string name = Plain(reader.GetString(type.Name)), container = ContainerOf(reader, type);
        if (name.Contains('<') || container.StartsWith("Internal")) return;
        if (!type.IsNested && container != "") Namespaces.Add(container);
        Scope scope = new() { Type = Parameters(reader, type.GetGenericParameters()) };
        int outer = type.IsNested ? reader.GetTypeDefinition(type.GetDeclaringType()).GetGenericParameters().Count : 0;
        string head = name + Angles(scope.Type.Skip(outer));
        string full = container == "" ? name : container + "." + name;
        string parent = NameOf(reader, type.BaseType, scope);
        string access = (type.Attributes & TypeAttributes.VisibilityMask) is TypeAttributes.Public or TypeAttributes.NestedPublic
            ? "public " : "protected ";
        bool isInterface = type.Attributes.HasFlag(TypeAttributes.Interface);
        if (parent is "MulticastDelegate")
        {
            foreach (MethodDefinitionHandle handle in type.GetMethods())
            {
                MethodDefinition method = reader.GetMethodDefinition(handle);
                if (reader.GetString(method.Name) != "Invoke") continue;
                var types = method.DecodeSignature(Namer.Instance, scope);
                Add(name, container, "delegate", $"{access}delegate {types.ReturnType} {head}({ParameterList(reader, method, types, "")})");
            }
            return;
        }
        if (parent == "Enum")
        {
            Add(name, container, "enum", access + "enum " + name);
            foreach (FieldDefinitionHandle handle in type.GetFields())
            {
                FieldDefinition field = reader.GetFieldDefinition(handle);
                if (field.Attributes.HasFlag(FieldAttributes.Literal))
                    Add(reader.GetString(field.Name), full, "enum-member", name + " " + reader.GetString(field.Name));
            }
            return;
        }
        bool isStruct = parent == "ValueType";
        string kind = isInterface ? "interface" : isStruct ? "struct" : "class";
        string modifiers = isInterface || isStruct ? "" :
            (type.Attributes & (TypeAttributes.Abstract | TypeAttributes.Sealed)) switch
            {
                TypeAttributes.Abstract | TypeAttributes.Sealed => "static ",
                TypeAttributes.Abstract => "abstract ",
                TypeAttributes.Sealed => "sealed ",
                _ => "",
            };
        List<string> bases = new();
        if (!isStruct && parent is not ("" or "object")) bases.Add(parent);
        foreach (InterfaceImplementationHandle handle in type.GetInterfaceImplementations())
            bases.Add(NameOf(reader, reader.GetInterfaceImplementation(handle).Interface, scope));
        Add(name, container, kind, access + modifiers + kind + " " + head + (bases.Count == 0 ? "" : " : " + string.Join(", ", bases)));
        // Thousands of processor instructions that nobody misspells.
        if (!container.StartsWith("System.Runtime.Intrinsics.")) ReadMembers(reader, type, name, full, scope, isInterface);
    }

    static void ReadMembers(MetadataReader reader, TypeDefinition type, string name, string full, Scope scope, bool isInterface)
    {
        foreach (MethodDefinitionHandle handle in type.GetMethods())
        {
            MethodDefinition method = reader.GetMethodDefinition(handle);
            string access = Access(method.Attributes), own = reader.GetString(method.Name);
            bool constructor = own == ".ctor";
            if (access == null || IsOverride(method.Attributes) || !constructor && method.Attributes.HasFlag(MethodAttributes.SpecialName)
                || own.Contains('.') && !constructor || own.Contains('<')) continue;
            Scope inner = scope with { Method = Parameters(reader, method.GetGenericParameters()) };
            var types = method.DecodeSignature(Namer.Instance, inner);
            bool extension = method.Attributes.HasFlag(MethodAttributes.Static) && Has(reader, method.GetCustomAttributes(), "ExtensionAttribute");
            string list = ParameterList(reader, method, types, extension ? "this " : "");
            if (constructor) Add(name, full, "constructor", $"{access}{name}({list})");
            else Add(own, full, extension ? "extension-method" : "method",
                $"{access}{Modifiers(method.Attributes, isInterface)}{types.ReturnType} {own}{Angles(inner.Method)}({list})");
        }
        foreach (PropertyDefinitionHandle handle in type.GetProperties())
        {
            PropertyDefinition property = reader.GetPropertyDefinition(handle);
            PropertyAccessors accessors = property.GetAccessors();
            string getter = AccessorOf(reader, accessors.Getter), setter = AccessorOf(reader, accessors.Setter);
            if (getter == null && setter == null) continue;
            MethodDefinition first = reader.GetMethodDefinition(getter != null ? accessors.Getter : accessors.Setter);
            string own = reader.GetString(property.Name);
            var types = property.DecodeSignature(Namer.Instance, scope);
            if (types.ParameterTypes.Length > 0 || own.Contains('.') || IsOverride(first.Attributes)) continue;
            string access = Access(first.Attributes);
            Add(own, full, "property", $"{access}{Modifiers(first.Attributes, isInterface)}{types.ReturnType} {own} {{"
                + (getter != null ? " get;" : "") + (setter != null ? (setter != access ? " " + setter.Trim() : "") + " set;" : "") + " }");
        }
        foreach (EventDefinitionHandle handle in type.GetEvents())
        {
            EventDefinition one = reader.GetEventDefinition(handle);
            MethodDefinition adder = reader.GetMethodDefinition(one.GetAccessors().Adder);
            string own = reader.GetString(one.Name), access = Access(adder.Attributes);
            if (access == null || own.Contains('.') || IsOverride(adder.Attributes)) continue;
            Add(own, full, "event", $"{access}{Modifiers(adder.Attributes, isInterface)}event {NameOf(reader, one.Type, scope)} {own}");
        }
        foreach (FieldDefinitionHandle handle in type.GetFields())
        {
            FieldDefinition field = reader.GetFieldDefinition(handle);
            string access = (field.Attributes & FieldAttributes.FieldAccessMask) switch
            {
                FieldAttributes.Public => "public ",
                FieldAttributes.Family or FieldAttributes.FamORAssem => "protected ",
                _ => null,
            };
            string own = reader.GetString(field.Name);
            if (access == null || own.Contains('<')) continue;
            bool constant = field.Attributes.HasFlag(FieldAttributes.Literal);
            string modifiers = constant ? "const " : (field.Attributes.HasFlag(FieldAttributes.Static) ? "static " : "")
                + (field.Attributes.HasFlag(FieldAttributes.InitOnly) ? "readonly " : "");
            Add(own, full, constant ? "constant" : "field", $"{access}{modifiers}{field.DecodeSignature(Namer.Instance, scope)} {own}");
        }
    }

    // An override says nothing that the overridden member does not.
    static bool IsOverride(MethodAttributes attributes) =>
        attributes.HasFlag(MethodAttributes.Virtual) && !attributes.HasFlag(MethodAttributes.NewSlot) && !attributes.HasFlag(MethodAttributes.Static);

    static string Access(MethodAttributes attributes) => (attributes & MethodAttributes.MemberAccessMask) switch
    {
        MethodAttributes.Public => "public ",
        MethodAttributes.Family or MethodAttributes.FamORAssem => "protected ",
        _ => null,
    };

    static string AccessorOf(MetadataReader reader, MethodDefinitionHandle handle) =>
        handle.IsNil ? null : Access(reader.GetMethodDefinition(handle).Attributes);

    static string Modifiers(MethodAttributes attributes, bool isInterface)
    {
        if (attributes.HasFlag(MethodAttributes.Static)) return "static ";
        if (isInterface || !attributes.HasFlag(MethodAttributes.Virtual) || attributes.HasFlag(MethodAttributes.Final)) return "";
        return attributes.HasFlag(MethodAttributes.Abstract) ? "abstract " : "virtual ";
    }

    static string ParameterList(MetadataReader reader, MethodDefinition method, MethodSignature<string> types, string first)
    {
        string[] list = types.ParameterTypes.ToArray();
        foreach (ParameterHandle handle in method.GetParameters())
        {
            Parameter parameter = reader.GetParameter(handle);
            if (parameter.SequenceNumber == 0) continue;
            int index = parameter.SequenceNumber - 1;
            string type = list[index];
            if (type.StartsWith("ref "))
                type = (parameter.Attributes.HasFlag(ParameterAttributes.Out) ? "out " : parameter.Attributes.HasFlag(ParameterAttributes.In) ? "in " : "ref ") + type[4..];
            if (Has(reader, parameter.GetCustomAttributes(), "ParamArrayAttribute")
                || Has(reader, parameter.GetCustomAttributes(), "ParamCollectionAttribute")) type = "params " + type;
            list[index] = type + " " + reader.GetString(parameter.Name)
                + (parameter.Attributes.HasFlag(ParameterAttributes.Optional) ? " = default" : "");
        }
        return (list.Length > 0 ? first : "") + string.Join(", ", list);
    }

    record struct Scope
    {
        public string[] Type = Array.Empty<string>();
        public string[] Method = Array.Empty<string>();
        public Scope() { }
    }

    // Types as C# writes them, without namespaces.
    sealed class Namer : ISignatureTypeProvider<string, Scope>
    {
        public static readonly Namer Instance = new();

        static string Keyword(string space, string name) => space != "System" ? Plain(name) : name switch
        {
            "Object" => "object", "String" => "string", "Decimal" => "decimal",
            _ => Plain(name),
        };

        public string GetPrimitiveType(PrimitiveTypeCode code) => code switch
        {
            PrimitiveTypeCode.Boolean => "bool", PrimitiveTypeCode.Byte => "byte", PrimitiveTypeCode.SByte => "sbyte",
            PrimitiveTypeCode.Char => "char", PrimitiveTypeCode.Double => "double", PrimitiveTypeCode.Single => "float",
            PrimitiveTypeCode.Int16 => "short", PrimitiveTypeCode.UInt16 => "ushort", PrimitiveTypeCode.Int32 => "int",
            PrimitiveTypeCode.UInt32 => "uint", PrimitiveTypeCode.Int64 => "long", PrimitiveTypeCode.UInt64 => "ulong",
            PrimitiveTypeCode.IntPtr => "nint", PrimitiveTypeCode.UIntPtr => "nuint", PrimitiveTypeCode.Object => "object",
            PrimitiveTypeCode.String => "string", PrimitiveTypeCode.Void => "void", _ => code.ToString(),
        };

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte raw)
        {
            TypeDefinition type = reader.GetTypeDefinition(handle);
            string name = Keyword(reader.GetString(type.Namespace), reader.GetString(type.Name));
            return type.IsNested ? GetTypeFromDefinition(reader, type.GetDeclaringType(), raw) + "." + name : name;
        }

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte raw)
        {
            TypeReference type = reader.GetTypeReference(handle);
            string name = Keyword(reader.GetString(type.Namespace), reader.GetString(type.Name));
            return type.ResolutionScope.Kind == HandleKind.TypeReference
                ? GetTypeFromReference(reader, (TypeReferenceHandle)type.ResolutionScope, raw) + "." + name : name;
        }

        public string GetTypeFromSpecification(MetadataReader reader, Scope scope, TypeSpecificationHandle handle, byte raw) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, scope);

        public string GetGenericInstantiation(string type, ImmutableArray<string> arguments) => type switch
        {
            "Nullable" => arguments[0] + "?",
            "ValueTuple" when arguments.Length > 1 => "(" + string.Join(", ", arguments) + ")",
            _ => type + Angles(arguments),
        };

        public string GetGenericTypeParameter(Scope scope, int index) => index < scope.Type.Length ? scope.Type[index] : "T" + index;
        public string GetGenericMethodParameter(Scope scope, int index) => index < scope.Method.Length ? scope.Method[index] : "T" + index;
        public string GetSZArrayType(string element) => element + "[]";
        public string GetArrayType(string element, ArrayShape shape) => element + "[" + new string(',', shape.Rank - 1) + "]";
        public string GetByReferenceType(string element) => "ref " + element;
        public string GetPointerType(string element) => element + "*";
        public string GetPinnedType(string element) => element;
        public string GetModifiedType(string modifier, string type, bool required) => type;
        public string GetFunctionPointerType(MethodSignature<string> signature) => "delegate*<...>";
    }
}
