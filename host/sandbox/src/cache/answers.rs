//! What the host says, remembered for one round: verifying a thousand records
//! asks each question once.

use super::trace::{Answer, Question};
use crate::Services;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of questions remembered; a round of honest guests needs a fraction.
const ROOM: usize = 64 << 20;

/// The answers' digests of one round. The tree does not change within it.
#[derive(Debug, Default)]
pub(super) struct Answers(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    answers: HashMap<Question, Answer>,
    bytes: usize,
}

impl Answers {
    /// What the host says, asked at most once.
    pub fn ask(&self, question: &Question, services: &dyn Services) -> Answer {
        if let Some(answer) = self.get(question) {
            return answer;
        }
        // Unlocked: the first question for symbols builds the whole index.
        let answer = question.ask(services);
        self.note(question, answer);
        answer
    }

    /// What is known without asking.
    pub fn get(&self, question: &Question) -> Option<Answer> {
        self.lock().answers.get(question).copied()
    }

    /// Remembers what was just said.
    pub fn note(&self, question: &Question, answer: Answer) {
        let mut known = self.lock();
        if known.bytes < ROOM && !known.answers.contains_key(question) {
            known.bytes += question.size();
            known.answers.insert(question.clone(), answer);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
