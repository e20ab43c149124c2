//! tsc reports nothing of types while a file of the program has syntax
//! errors.

use crate::{Diagnostic, Phase};

/// Module and name errors among the checker's.
const RESOLVE: &[u32] = &[
    1192, 1259, 1261, 1361, 1371, 1484, 1485, 2300, 2301, 2304, 2305, 2306, 2307, 2318, 2395, 2397,
    2418, 2428, 2440, 2451, 2497, 2498, 2503, 2528, 2552, 2567, 2580, 2581, 2582, 2583, 2584, 2591,
    2592, 2593, 2595, 2596, 2597, 2613, 2614, 2616, 2617, 2652, 2663, 2664, 2665, 2666, 2686, 2687,
    2688, 2694, 2709, 2724, 2732, 2749, 2792, 2834, 2835, 2846, 2867, 2868,
];

/// Narrowing, assignment and reachability.
const FLOW: &[u32] = &[
    2365, 2366, 2454, 2531, 2532, 2533, 2564, 2565, 2722, 2774, 2801, 2839, 2869, 2871, 2872, 2873,
    7027, 7028, 7029, 7030, 18046, 18047, 18048, 18049, 18050,
];

/// Declared and not used.
const LINT: &[u32] = &[6133, 6138, 6192, 6196, 6198, 6199, 6205, 6385, 6387];

/// Numbered as syntax, but found by the checker, which runs only when there
/// is no syntax error.
const CHECKER: &[u32] = &[
    1029, 1039, 1062, 1063, 1064, 1103, 1117, 1118, 1155, 1166, 1168, 1169, 1170, 1186, 1202, 1203,
    1206, 1208, 1210, 1211, 1218, 1219, 1228, 1230, 1238, 1239, 1240, 1241, 1243, 1251, 1252, 1270,
    1271, 1286, 1287, 1294, 1308, 1309, 1320, 1323, 1324, 1337, 1338, 1343, 1345, 1355, 1360, 1375,
    1378, 1431, 1432, 1448, 1470, 1471, 1479, 1541, 1542, 1543,
];

pub(super) fn phase(d: &Diagnostic) -> Phase {
    let Some(number) = d
        .code
        .strip_prefix("TS")
        .and_then(|n| n.parse::<u32>().ok())
    else {
        return super::other(d);
    };
    match number {
        _ if RESOLVE.contains(&number) => Phase::Resolve,
        _ if FLOW.contains(&number) => Phase::Flow,
        _ if LINT.contains(&number) => Phase::Lint,
        _ if CHECKER.contains(&number) => Phase::Type,
        1000..=1999 | 17000..=17021 => Phase::Syntax,
        5000..=6999 | 18000..=18003 => Phase::Setup,
        _ => Phase::Type,
    }
}
