//! The services of a call whose result may be kept: hands every question on
//! and notes what was answered.

use super::answers::Answers;
use super::trace::{Answer, Question, Read};
use crate::{Node, ParseError, QueryMatch, Services, Symbol};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Distinct questions in one trace, at most.
const MAX_READS: usize = 10_000;
/// Bytes of one trace, at most.
const MAX_BYTES: usize = 2 << 20;

/// Notes the trace of one call.
pub(super) struct Recorder {
    services: Arc<dyn Services>,
    answers: Arc<Answers>,
    trace: Mutex<Trace>,
}

#[derive(Default)]
struct Trace {
    reads: Vec<Read>,
    known: HashMap<Question, Answer>,
    bytes: usize,
    /// There is more to it than can be written down.
    spoilt: bool,
}

impl Recorder {
    pub fn new(services: Arc<dyn Services>, answers: Arc<Answers>) -> Self {
        Self {
            services,
            answers,
            trace: Mutex::default(),
        }
    }

    /// The trace in the order of the questions, each once. `None` if it is too
    /// long to be kept, or if the host said two things to one question.
    pub fn finish(&self) -> Option<Vec<Read>> {
        let mut trace = self.trace.lock().unwrap_or_else(PoisonError::into_inner);
        let trace = std::mem::take(&mut *trace);
        (!trace.spoilt).then_some(trace.reads)
    }

    fn note(&self, question: Question, answer: Answer) {
        self.answers.note(&question, answer);
        let mut trace = self.trace.lock().unwrap_or_else(PoisonError::into_inner);
        if trace.spoilt {
            return;
        }
        match trace.known.get(&question) {
            Some(known) => trace.spoilt = *known != answer,
            None => {
                trace.bytes += question.size();
                trace.reads.push(Read {
                    question: question.clone(),
                    answer,
                });
                trace.known.insert(question, answer);
                trace.spoilt = trace.reads.len() > MAX_READS || trace.bytes > MAX_BYTES;
            }
        }
        if trace.spoilt {
            *trace = Trace {
                spoilt: true,
                ..Trace::default()
            };
        }
    }

    /// A syntax answer is a function of the file's text; a refusal is not, so
    /// that one is noted as such.
    fn note_syntax<T: serde::Serialize>(
        &self,
        path: &str,
        answer: &Result<T, String>,
        refused: impl FnOnce() -> Question,
    ) {
        if answer.is_ok() {
            let question = Question::File {
                path: path.to_owned(),
            };
            let content = self.answers.ask(&question, &*self.services);
            self.note(question, content);
        } else {
            self.note(refused(), Answer::of(answer));
        }
    }
}

impl Services for Recorder {
    fn may_block(&self) -> bool {
        self.services.may_block()
    }

    fn real_path(&self, path: &str) -> Option<String> {
        self.services.real_path(path)
    }

    fn read_file(&self, path: &str) -> Result<String, String> {
        let answer = self.services.read_file(path);
        let path = path.to_owned();
        // Of the very text that is handed out.
        self.note(Question::File { path }, Answer::of(&answer));
        answer
    }

    fn list_files(&self, glob: &str) -> Result<Vec<String>, String> {
        let answer = self.services.list_files(glob);
        let glob = glob.to_owned();
        self.note(Question::Listing { glob }, Answer::of(&answer));
        answer
    }

    fn query(&self, path: &str, query: &str) -> Result<Vec<QueryMatch>, String> {
        let answer = self.services.query(path, query);
        self.note_syntax(path, &answer, || Question::Query {
            path: path.to_owned(),
            query: query.to_owned(),
        });
        answer
    }

    fn ancestors(&self, path: &str, start: u32, end: u32) -> Result<Vec<Node>, String> {
        let answer = self.services.ancestors(path, start, end);
        self.note_syntax(path, &answer, || Question::Ancestors {
            path: path.to_owned(),
            start,
            end,
        });
        answer
    }

    fn parse_errors(&self, path: &str, text: Option<&str>) -> Result<Vec<ParseError>, String> {
        let answer = self.services.parse_errors(path, text);
        // With a text of the guest's own, nothing was read.
        if text.is_none() || answer.is_err() {
            self.note_syntax(path, &answer, || Question::ParseErrors {
                path: path.to_owned(),
                text: text.map(str::to_owned),
            });
        }
        answer
    }

    fn find(&self, language: &str, name: &str) -> Vec<Symbol> {
        let answer = self.services.find(language, name);
        let question = Question::Find {
            language: language.to_owned(),
            name: name.to_owned(),
        };
        self.note(question, Answer::given(&answer));
        answer
    }

    fn similar(&self, language: &str, name: &str, distance: u32) -> Vec<Symbol> {
        let answer = self.services.similar(language, name, distance);
        let question = Question::Similar {
            language: language.to_owned(),
            name: name.to_owned(),
            distance,
        };
        self.note(question, Answer::given(&answer));
        answer
    }

    fn members(&self, language: &str, container: &str) -> Vec<Symbol> {
        let answer = self.services.members(language, container);
        let question = Question::Members {
            language: language.to_owned(),
            container: container.to_owned(),
        };
        self.note(question, Answer::given(&answer));
        answer
    }

    fn declared_in(&self, path: &str) -> Result<Vec<Symbol>, String> {
        let answer = self.services.declared_in(path);
        let path = path.to_owned();
        self.note(Question::DeclaredIn { path }, Answer::of(&answer));
        answer
    }
}
