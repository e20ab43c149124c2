//! Which version of a plugin to take.

use super::{ClientError, Kind};
use crate::Name;
use crate::index::{Line, Lines};
use buildfix_component::{ABI, text::tame_line};
use semver::{Version, VersionReq};
use std::time::{Duration, SystemTime};

/// Versions that an error tells about, at most.
const TOLD: usize = 8;

/// What a version has to satisfy beside the requirement.
#[derive(Clone, Debug)]
pub struct Rules {
    /// This buildfix.
    pub buildfix: Version,
    /// How long a version must have been public.
    pub minimum_age: Option<Duration>,
    /// Now.
    pub now: SystemTime,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            buildfix: env!("CARGO_PKG_VERSION")
                .parse()
                .unwrap_or(Version::new(0, 0, 0)),
            minimum_age: None,
            now: SystemTime::now(),
        }
    }
}

/// The newest version that satisfies the requirement and the rules.
///
/// # Errors
/// Tells which versions there are, and why each was passed over.
pub fn resolve<'l>(
    name: &Name,
    requirement: &VersionReq,
    lines: &'l Lines,
    rules: &Rules,
) -> Result<&'l Line, ClientError> {
    let mut matching: Vec<&Line> = lines
        .lines
        .iter()
        .filter(|line| requirement.matches(&line.vers))
        .collect();
    matching.sort_by(|a, b| b.vers.cmp(&a.vers));
    if let Some(line) = matching.iter().find(|line| refused(line, rules).is_none()) {
        return Ok(line);
    }
    let mut reasons: Vec<String> = matching
        .iter()
        .filter_map(|line| Some(format!("{} {}", line.vers, refused(line, rules)?)))
        .collect();
    let mut others: Vec<&Line> = lines
        .lines
        .iter()
        .filter(|line| !requirement.matches(&line.vers))
        .collect();
    others.sort_by(|a, b| b.vers.cmp(&a.vers));
    reasons.extend(others.iter().map(|line| match line.vers.pre.is_empty() {
        true => format!("{} does not match", line.vers),
        false => format!("{} is a prerelease that was not asked for", line.vers),
    }));
    if lines.newer > 0 {
        let newer = lines.newer;
        reasons.push(format!(
            "{newer} in a format newer than this buildfix reads"
        ));
    }
    if reasons.len() > TOLD {
        let more = reasons.len() - TOLD;
        reasons.truncate(TOLD);
        reasons.push(format!("and {more} more"));
    }
    let message = match reasons.is_empty() {
        true => format!("plugin `{name}` has no version"),
        false => format!(
            "no version of plugin `{name}` can be used for `{requirement}`: {}",
            reasons.join("; ")
        ),
    };
    let help = match matching.is_empty() {
        true => "ask for another version: `buildfix plugin info NAME` lists them",
        false => "ask for another version, or upgrade buildfix if it is too old for these",
    };
    Err(ClientError::new(Kind::Unresolved, message).help_is(help))
}

/// Why a version cannot be taken; a fragment after its number.
pub(crate) fn refused(line: &Line, rules: &Rules) -> Option<String> {
    if line.yanked {
        return Some(match &line.yank_reason {
            Some(reason) => format!("is yanked: {}", tame_line(reason, 200)),
            None => "is yanked".to_owned(),
        });
    }
    let world = line.world.strip_prefix("buildfix:fixer@");
    match world.and_then(|world| Version::parse(world).ok()) {
        Some(world) if buildfix_component::provides(&world) => {}
        _ => {
            let world = tame_line(&line.world, 80);
            let (major, minor) = (ABI.major, ABI.minor);
            return Some(format!(
                "needs {world}, this buildfix provides {major}.{minor}"
            ));
        }
    }
    if let Some(wants) = &line.buildfix
        && !wants.matches(&rules.buildfix)
    {
        let this = &rules.buildfix;
        return Some(format!("is for buildfix {wants}, this is {this}"));
    }
    if let Some(minimum) = rules.minimum_age {
        let published = humantime::parse_rfc3339(&line.pubtime).ok();
        let age = published.and_then(|at| rules.now.duration_since(at).ok());
        if age.is_none_or(|age| age < minimum) {
            let minimum = humantime::format_duration(minimum);
            return Some(format!(
                "was published at {}, less than `minimum-age` ({minimum}) ago",
                tame_line(&line.pubtime, 40)
            ));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(versions: &[&str]) -> Lines {
        let text: String = versions
            .iter()
            .map(|version| {
                format!(
                    "{{\"v\":1,\"name\":\"acme/x\",\"vers\":\"{version}\",\"cksum\":\"sha256:{}\",\
                     \"size\":3,\"world\":\"buildfix:fixer@0.1.0\",\"classes\":[\"rust/E0382\"],\
                     \"pubtime\":\"2026-01-01T00:00:00Z\"}}\n",
                    "a".repeat(64)
                )
            })
            .collect();
        Lines::parse(&name(), &text)
    }

    fn name() -> Name {
        "acme/x".parse().unwrap()
    }

    fn chosen(lines: &Lines, requirement: &str) -> Result<String, String> {
        resolve(
            &name(),
            &requirement.parse().unwrap(),
            lines,
            &Rules::default(),
        )
        .map(|line| line.vers.to_string())
        .map_err(|error| error.to_string())
    }

    #[test]
    fn the_newest_that_fits_is_taken_whatever_the_order() {
        let lines = lines(&["1.10.0", "1.2.0", "2.0.0", "1.9.0", "1.11.0-rc.1"]);
        assert_eq!(chosen(&lines, "^1").unwrap(), "1.10.0");
        assert_eq!(chosen(&lines, "*").unwrap(), "2.0.0");
        assert_eq!(chosen(&lines, "=1.11.0-rc.1").unwrap(), "1.11.0-rc.1");
    }

    #[test]
    fn what_is_passed_over_is_told_with_its_reason() {
        let mut lines = lines(&["1.0.0", "1.1.0", "1.2.0", "1.3.0", "3.0.0", "1.4.0-a"]);
        lines.lines[1].yanked = true;
        lines.lines[1].yank_reason = Some("it\u{1b}[2J deletes".to_owned());
        lines.lines[0].buildfix = Some(">=9".parse().unwrap());
        lines.lines[2].world = "buildfix:fixer@0.2.0".to_owned();
        lines.lines[3].world = "nonsense".to_owned();
        let error = chosen(&lines, "^1").unwrap_err();
        for part in [
            "1.0.0 is for buildfix >=9",
            "1.1.0 is yanked: it\u{fffd}[2J deletes",
            "1.2.0 needs buildfix:fixer@0.2.0, this buildfix provides 0.1",
            "1.3.0 needs nonsense",
            "3.0.0 does not match",
            "1.4.0-a is a prerelease that was not asked for",
        ] {
            assert!(error.contains(part), "{part} in {error}");
        }
        let many: Vec<String> = (0..50).map(|n| format!("2.{n}.0")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let error = chosen(&self::lines(&many), "^1").unwrap_err();
        assert!(error.ends_with("and 42 more"), "{error}");
    }

    #[test]
    fn a_version_has_to_be_as_old_as_the_user_wants() {
        let lines = lines(&["1.0.0"]);
        let published = humantime::parse_rfc3339("2026-01-01T00:00:00Z").unwrap();
        let after = |hours: u64| {
            let rules = Rules {
                minimum_age: Some(Duration::from_secs(3_600 * 24)),
                now: published + Duration::from_secs(3_600 * hours),
                ..Rules::default()
            };
            resolve(&name(), &VersionReq::STAR, &lines, &rules).is_ok()
        };
        assert!(!after(23));
        assert!(after(24));
    }
}
