//! The two hosts of a bundle: the one that notes every answer while it is made,
//! and the one that gives them again.

use super::bundle::MAX_BUNDLE;
use super::exchange::{Answer, Exchange, Question};
use crate::{Node, ParseError, QueryMatch, Services, Symbol};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Questions without a recorded answer that are remembered, at most.
const MAX_UNRECORDED: usize = 100;
/// What stands in place of an answer that was not recorded.
const UNRECORDED: &str = "the host's answer to this was not recorded";

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Everything kept here is whole at every step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands every question on and notes what was answered.
pub(super) struct Recorder {
    services: Arc<dyn Services>,
    notes: Mutex<Notes>,
}

#[derive(Default)]
struct Notes {
    exchanges: Vec<Exchange>,
    /// Where the question is in `exchanges`.
    known: HashMap<Question, usize>,
    bytes: usize,
    spoilt: bool,
}

impl Recorder {
    pub fn new(services: Arc<dyn Services>) -> Self {
        Self {
            services,
            notes: Mutex::default(),
        }
    }

    /// Each question once, in order. `None` if it is too much, or if the host
    /// said two things to one question.
    pub fn finish(&self) -> Option<Vec<Exchange>> {
        let notes = std::mem::take(&mut *lock(&self.notes));
        (!notes.spoilt).then_some(notes.exchanges)
    }

    fn note(&self, question: Question, answer: Answer) {
        let mut notes = lock(&self.notes);
        if notes.spoilt {
            return;
        }
        if let Some(at) = notes.known.get(&question) {
            notes.spoilt = notes.exchanges[*at].answer != answer;
        } else {
            let exchange = Exchange { question, answer };
            notes.bytes = notes.bytes.saturating_add(size(&exchange));
            notes.spoilt = notes.bytes > MAX_BUNDLE;
            let at = notes.exchanges.len();
            notes.known.insert(exchange.question.clone(), at);
            notes.exchanges.push(exchange);
        }
        if notes.spoilt {
            *notes = Notes {
                spoilt: true,
                ..Notes::default()
            };
        }
    }
}

/// Bytes that it takes in a bundle.
fn size(exchange: &Exchange) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(1);
    match serde_json::to_writer(&mut count, exchange) {
        Ok(()) => count.0,
        Err(_) => usize::MAX,
    }
}

impl Services for Recorder {
    fn may_block(&self) -> bool {
        self.services.may_block()
    }

    fn real_path(&self, path: &str) -> Option<String> {
        let answer = self.services.real_path(path);
        let path = path.to_owned();
        self.note(Question::RealPath { path }, Answer::Real(answer.clone()));
        answer
    }

    fn read_file(&self, path: &str) -> Result<String, String> {
        let answer = self.services.read_file(path);
        let path = path.to_owned();
        self.note(Question::ReadFile { path }, Answer::Text(answer.clone()));
        answer
    }

    fn list_files(&self, glob: &str) -> Result<Vec<String>, String> {
        let answer = self.services.list_files(glob);
        let glob = glob.to_owned();
        self.note(Question::ListFiles { glob }, Answer::Paths(answer.clone()));
        answer
    }

    fn query(&self, path: &str, query: &str) -> Result<Vec<QueryMatch>, String> {
        let answer = self.services.query(path, query);
        let question = Question::Query {
            path: path.to_owned(),
            query: query.to_owned(),
        };
        self.note(question, Answer::Matches(answer.clone()));
        answer
    }

    fn ancestors(&self, path: &str, start: u32, end: u32) -> Result<Vec<Node>, String> {
        let answer = self.services.ancestors(path, start, end);
        let path = path.to_owned();
        let question = Question::Ancestors { path, start, end };
        self.note(question, Answer::Nodes(answer.clone()));
        answer
    }

    fn parse_errors(&self, path: &str, text: Option<&str>) -> Result<Vec<ParseError>, String> {
        let answer = self.services.parse_errors(path, text);
        let question = Question::ParseErrors {
            path: path.to_owned(),
            text: text.map(str::to_owned),
        };
        self.note(question, Answer::Errors(answer.clone()));
        answer
    }

    fn find(&self, language: &str, name: &str) -> Vec<Symbol> {
        let answer = self.services.find(language, name);
        let question = Question::Find {
            language: language.to_owned(),
            name: name.to_owned(),
        };
        self.note(question, Answer::Symbols(answer.clone()));
        answer
    }

    fn similar(&self, language: &str, name: &str, distance: u32) -> Vec<Symbol> {
        let answer = self.services.similar(language, name, distance);
        let question = Question::Similar {
            language: language.to_owned(),
            name: name.to_owned(),
            distance,
        };
        self.note(question, Answer::Symbols(answer.clone()));
        answer
    }

    fn members(&self, language: &str, container: &str) -> Vec<Symbol> {
        let answer = self.services.members(language, container);
        let question = Question::Members {
            language: language.to_owned(),
            container: container.to_owned(),
        };
        self.note(question, Answer::Symbols(answer.clone()));
        answer
    }

    fn declared_in(&self, path: &str) -> Result<Vec<Symbol>, String> {
        let answer = self.services.declared_in(path);
        let path = path.to_owned();
        self.note(
            Question::DeclaredIn { path },
            Answer::Declared(answer.clone()),
        );
        answer
    }
}

/// Answers out of a bundle. What is not in it gets an error, or nothing where
/// the function has no error to give, and is noted.
pub(super) struct Script {
    answers: HashMap<Question, Answer>,
    unrecorded: Mutex<Unrecorded>,
}

#[derive(Default)]
struct Unrecorded {
    order: Vec<Question>,
    known: HashSet<Question>,
}

impl Script {
    pub fn new(exchanges: &[Exchange]) -> Self {
        let pair = |exchange: &Exchange| (exchange.question.clone(), exchange.answer.clone());
        Self {
            answers: exchanges.iter().map(pair).collect(),
            unrecorded: Mutex::default(),
        }
    }

    pub fn unrecorded(&self) -> Vec<Question> {
        lock(&self.unrecorded).order.clone()
    }

    /// The answer as `want` takes it out, or `otherwise`.
    fn tell<T>(
        &self,
        question: Question,
        want: impl FnOnce(&Answer) -> Option<T>,
        otherwise: impl FnOnce() -> T,
    ) -> T {
        if let Some(answer) = self.answers.get(&question).and_then(want) {
            return answer;
        }
        let mut unrecorded = lock(&self.unrecorded);
        if unrecorded.order.len() < MAX_UNRECORDED && unrecorded.known.insert(question.clone()) {
            unrecorded.order.push(question);
        }
        otherwise()
    }

    fn symbols(&self, question: Question) -> Vec<Symbol> {
        let want = |answer: &Answer| match answer {
            Answer::Symbols(symbols) => Some(symbols.clone()),
            _ => None,
        };
        self.tell(question, want, Vec::new)
    }
}

fn unrecorded<T>() -> Result<T, String> {
    Err(UNRECORDED.to_owned())
}

impl Services for Script {
    fn may_block(&self) -> bool {
        false
    }

    fn real_path(&self, path: &str) -> Option<String> {
        let path = path.to_owned();
        let want = |answer: &Answer| match answer {
            Answer::Real(path) => Some(path.clone()),
            _ => None,
        };
        self.tell(Question::RealPath { path }, want, || None)
    }

    fn read_file(&self, path: &str) -> Result<String, String> {
        let path = path.to_owned();
        let want = |answer: &Answer| match answer {
            Answer::Text(text) => Some(text.clone()),
            _ => None,
        };
        self.tell(Question::ReadFile { path }, want, unrecorded)
    }

    fn list_files(&self, glob: &str) -> Result<Vec<String>, String> {
        let glob = glob.to_owned();
        let want = |answer: &Answer| match answer {
            Answer::Paths(paths) => Some(paths.clone()),
            _ => None,
        };
        self.tell(Question::ListFiles { glob }, want, unrecorded)
    }

    fn query(&self, path: &str, query: &str) -> Result<Vec<QueryMatch>, String> {
        let question = Question::Query {
            path: path.to_owned(),
            query: query.to_owned(),
        };
        let want = |answer: &Answer| match answer {
            Answer::Matches(matches) => Some(matches.clone()),
            _ => None,
        };
        self.tell(question, want, unrecorded)
    }

    fn ancestors(&self, path: &str, start: u32, end: u32) -> Result<Vec<Node>, String> {
        let path = path.to_owned();
        let want = |answer: &Answer| match answer {
            Answer::Nodes(nodes) => Some(nodes.clone()),
            _ => None,
        };
        self.tell(Question::Ancestors { path, start, end }, want, unrecorded)
    }

    fn parse_errors(&self, path: &str, text: Option<&str>) -> Result<Vec<ParseError>, String> {
        let question = Question::ParseErrors {
            path: path.to_owned(),
            text: text.map(str::to_owned),
        };
        let want = |answer: &Answer| match answer {
            Answer::Errors(errors) => Some(errors.clone()),
            _ => None,
        };
        self.tell(question, want, unrecorded)
    }

    fn find(&self, language: &str, name: &str) -> Vec<Symbol> {
        self.symbols(Question::Find {
            language: language.to_owned(),
            name: name.to_owned(),
        })
    }

    fn similar(&self, language: &str, name: &str, distance: u32) -> Vec<Symbol> {
        self.symbols(Question::Similar {
            language: language.to_owned(),
            name: name.to_owned(),
            distance,
        })
    }

    fn members(&self, language: &str, container: &str) -> Vec<Symbol> {
        self.symbols(Question::Members {
            language: language.to_owned(),
            container: container.to_owned(),
        })
    }

    fn declared_in(&self, path: &str) -> Result<Vec<Symbol>, String> {
        let path = path.to_owned();
        let want = |answer: &Answer| match answer {
            Answer::Declared(symbols) => Some(symbols.clone()),
            _ => None,
        };
        self.tell(Question::DeclaredIn { path }, want, unrecorded)
    }
}
