//! The training loop: AdamW, warm-up and cosine by tokens, half of each batch on each of two threads.

use std::{
    collections::HashMap,
    io::{Read, Write},
    path::Path,
    thread,
};

use serde::{Deserialize, Serialize};

use crate::{
    Failure, corpus,
    math::Rope,
    network::{Config, Document, EVEN, Network},
    vocabulary::{CONTROL, Vocabulary},
};

/// A rise of the rate in a line, and its fall in half a cosine to a twentieth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Descent {
    /// Tokens seen by its end, prompts included.
    pub until: u64,
    /// Highest learning rate.
    pub rate: f32,
    /// How much more than a word a reference or the end of an answer weighs.
    pub marks: f32,
}

/// When and how a run goes over from the first material to all of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Widening {
    /// Tokens seen before.
    pub from: u64,
    /// Examples that further merges are learned from, and the vocabulary's size with them.
    pub vocabulary: (u64, usize),
}

/// What a run is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Seed of weights and corpus.
    pub seed: u64,
    /// The descents of the rate, one after another.
    #[serde(default)]
    pub descents: Vec<Descent>,
    /// Tokens per step.
    pub batch: usize,
    /// Tokens until a descent's highest rate is reached.
    pub warm_up: u64,
    /// Pull of matrices towards nothing.
    pub decay: f32,
    /// Examples that the vocabulary is learned from, and its size.
    pub vocabulary: (u64, usize),
    /// From so many tokens on all of the material is used, and the vocabulary grows.
    #[serde(default)]
    pub widens: Option<Widening>,
    /// Sizes of the network; `vocabulary` is filled in.
    pub network: Config,
}

impl Plan {
    /// Tokens to train on.
    pub fn tokens(&self) -> u64 {
        self.descents.last().map_or(0, |d| d.until)
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            seed: 20,
            descents: [
                (2_000_000, 1.0, 1.0),
                (5_000_000, 0.75, 1.0),
                // Sentences are known by now; what is named, and when it ends, is not yet.
                (7_500_000, 0.75, 3.0),
                // From here on with all of the material.
                (10_000_000, 0.75, 1.5),
                (13_000_000, 0.6, 1.5),
                (18_000_000, 0.6, 1.5),
            ]
            .map(|(until, part, marks)| Descent {
                until,
                rate: 2e-3 * part,
                marks,
            })
            .to_vec(),
            batch: 1_024,
            warm_up: 60_000,
            decay: 0.05,
            vocabulary: (2_500, 4_096),
            widens: Some(Widening {
                from: 7_500_000,
                vocabulary: (4_000, 5_632),
            }),
            network: Config {
                vocabulary: 0,
                width: 192,
                layers: 4,
                heads: 4,
                hidden: 512,
                context: 1024,
                rope_base: 10_000.0,
                eps: 1e-5,
            },
        }
    }
}

/// A run somewhere between its first and its last step.
pub struct Run {
    /// The plan it follows.
    pub plan: Plan,
    /// The vocabulary.
    pub vocabulary: Vocabulary,
    /// The network so far.
    pub network: Network,
    moments: [Vec<f32>; 2],
    /// Whether it uses all of the material by now.
    wide: bool,
    /// Steps done.
    pub steps: u64,
    /// Tokens seen.
    pub tokens: u64,
    /// The next example.
    pub next: u64,
}

#[derive(Serialize, Deserialize)]
struct Head {
    plan: Plan,
    config: Config,
    tokens: Vec<String>,
    merges: Vec<String>,
    steps: u64,
    seen: u64,
    next: u64,
    #[serde(default)]
    wide: bool,
}

impl Run {
    /// A run before its first step: learns the vocabulary, draws the weights.
    ///
    /// # Errors
    /// A prompt does not render or the tokenizer does not build.
    pub fn begin(plan: Plan) -> Result<Self, Failure> {
        let texts = texts(plan.seed, plan.vocabulary.0, stage(plan.widens.is_none()))?;
        let vocabulary = Vocabulary::learn(texts.iter().map(String::as_str), plan.vocabulary.1)?;
        let config = Config {
            vocabulary: vocabulary.tokens.len(),
            ..plan.network
        };
        let network = Network::new(config, plan.seed);
        let moments = [
            vec![0.0; network.weights.len()],
            vec![0.0; network.weights.len()],
        ];
        let wide = plan.widens.is_none();
        Ok(Self {
            plan,
            vocabulary,
            network,
            moments,
            wide,
            steps: 0,
            tokens: 0,
            next: 0,
        })
    }

    /// A run that has come as far as a file: where the plan goes over to all of the material.
    pub fn from_file(plan: Plan, network: Network, vocabulary: Vocabulary) -> Self {
        let moments = [
            vec![0.0; network.weights.len()],
            vec![0.0; network.weights.len()],
        ];
        let tokens = plan.widens.map_or(0, |w| w.from);
        Self {
            plan,
            vocabulary,
            network,
            moments,
            wide: false,
            steps: 0,
            tokens,
            next: tokens,
        }
    }

    /// Goes over to all of the material, when it is time.
    fn widen(&mut self) -> Result<(), Failure> {
        let due = self
            .plan
            .widens
            .filter(|w| !self.wide && w.from <= self.tokens);
        let Some(widening) = due else {
            return Ok(());
        };
        let (count, size) = widening.vocabulary;
        let texts = texts(self.plan.seed, count, corpus::Stage::All)?;
        let old = &self.vocabulary;
        let new = old.grow(texts.iter().map(String::as_str), size)?;
        let known: HashMap<&str, usize> = old.tokens.iter().map(String::as_str).zip(0..).collect();
        let mut parts: HashMap<String, Vec<usize>> = HashMap::new();
        for merge in &new.merges {
            let (a, b) = merge.split_once(' ').unwrap_or((merge, ""));
            let of = |t: &str| {
                let own = known.get(t).map(|i| vec![*i]);
                own.or_else(|| parts.get(t).cloned()).unwrap_or_default()
            };
            let both = [of(a), of(b)].concat();
            parts.entry(format!("{a}{b}")).or_insert(both);
        }
        let rows: Vec<Vec<usize>> = new
            .tokens
            .iter()
            .map(|t| match known.get(t.as_str()) {
                Some(i) => vec![*i],
                None => parts.get(t).cloned().unwrap_or_default(),
            })
            .collect();
        let moment = |of: &[f32]| -> Vec<f32> {
            Network::from_weights(self.network.config, of.to_vec())
                .map_or_else(Vec::new, |m| m.grown(&rows).weights)
        };
        self.moments = [moment(&self.moments[0]), moment(&self.moments[1])];
        self.network = self.network.grown(&rows);
        self.vocabulary = new;
        self.wide = true;
        Ok(())
    }

    /// Whether all planned tokens were seen.
    pub fn done(&self) -> bool {
        self.tokens >= self.plan.tokens()
    }

    fn document(&self, index: u64, marks: f32) -> Result<Document, Failure> {
        let e = corpus::example_of(self.plan.seed, index, stage(self.wide))?;
        let mut document = document(&self.vocabulary, &e.prompt, &e.answer)?;
        // Control tokens and references are the last ones of the vocabulary.
        document.marks = (self.vocabulary.id(CONTROL[0]).unwrap_or(u32::MAX), marks);
        Ok(document)
    }

    /// Where the present descent began, and what it is.
    fn descent(&self) -> (u64, Descent) {
        let all = &self.plan.descents;
        let at = all.iter().position(|d| self.tokens < d.until);
        let at = at.unwrap_or(all.len().saturating_sub(1));
        let from = at.checked_sub(1).map_or(0, |before| all[before].until);
        (from, all[at])
    }

    /// The rate by tokens seen.
    fn rate(&self) -> f32 {
        let (from, descent) = self.descent();
        let (gone, warm_up) = (self.tokens - from, self.plan.warm_up);
        if gone < warm_up {
            return descent.rate * (gone as f32 / warm_up as f32).max(0.01);
        }
        let way =
            (gone - warm_up) as f32 / (descent.until - from).saturating_sub(warm_up).max(1) as f32;
        descent.rate * (0.05 + 0.95 * 0.5 * (1.0 + (std::f32::consts::PI * way.min(1.0)).cos()))
    }

    /// One step; returns the weighted mean loss over its answer tokens.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub fn step(&mut self) -> Result<f64, Failure> {
        self.widen()?;
        let mut documents = Vec::new();
        let mut size = 0;
        let marks = self.descent().1.marks;
        while size < self.plan.batch {
            let d = self.document(self.next, marks)?;
            self.next += 1;
            if d.tokens.len() <= self.network.config.context {
                size += d.tokens.len();
                documents.push(d);
            }
        }
        let weights: f32 = documents.iter().map(Document::weight).sum();
        let scale = 1.0 / weights;
        // The longest first, each to the thread that has less, so that both end together.
        let mut order: Vec<&Document> = documents.iter().collect();
        order.sort_by_key(|d| std::cmp::Reverse(d.tokens.len()));
        let mut halves: [Vec<&Document>; 2] = [Vec::new(), Vec::new()];
        let mut load = [0, 0];
        for d in order {
            let to = usize::from(load[1] < load[0]);
            load[to] += d.tokens.len();
            halves[to].push(d);
        }
        let c = self.network.config;
        let rope = Rope::new(c.context, c.width / c.heads, c.rope_base);
        let net = &self.network;
        let work = |half: &[&Document]| {
            let mut gradient = vec![0.0; net.weights.len()];
            let mut loss = 0.0;
            // A few documents at a time keep the activations in the cache's reach.
            for part in half.chunks(6) {
                loss += net.loss(&rope, part, Some(&mut gradient), scale).0;
            }
            (loss, gradient)
        };
        let (first, second) = thread::scope(|s| {
            let other = s.spawn(|| work(&halves[1]));
            (work(&halves[0]), other.join())
        });
        let (other_loss, other) = second.map_err(|_| "a training thread panicked")?;
        let (loss, mut gradient) = (first.0 + other_loss, first.1);
        gradient.iter_mut().zip(&other).for_each(|(a, b)| *a += b);
        self.steps += 1;
        let rate = self.rate();
        self.tokens += size as u64;
        self.update(&gradient, rate);
        Ok(loss / f64::from(weights))
    }

    fn update(&mut self, gradient: &[f32], rate: f32) {
        const BETAS: (f32, f32) = (0.9, 0.98);
        let norm = gradient
            .iter()
            .map(|g| f64::from(g * g))
            .sum::<f64>()
            .sqrt() as f32;
        let clip = if norm > 1.0 { 1.0 / norm } else { 1.0 };
        let t = self.steps as i32;
        let (c1, c2) = (1.0 - BETAS.0.powi(t), 1.0 - BETAS.1.powi(t));
        let net = &mut self.network;
        let gains: Vec<_> = net
            .blocks
            .iter()
            .flat_map(|b| [b.attn_norm.clone(), b.ffn_norm.clone()])
            .chain([net.norm.clone()])
            .collect();
        let kept: Vec<Vec<f32>> = gains
            .iter()
            .map(|r| net.weights[r.clone()].to_vec())
            .collect();
        let [m, v] = &mut self.moments;
        for (((w, g), m), v) in net.weights.iter_mut().zip(gradient).zip(m).zip(v) {
            let g = g * clip;
            *m = BETAS.0 * *m + (1.0 - BETAS.0) * g;
            *v = BETAS.1 * *v + (1.0 - BETAS.1) * g * g;
            let step = (*m / c1) / ((*v / c2).sqrt() + 1e-8);
            *w -= rate * (step + self.plan.decay * *w);
        }
        // Gains are not pulled towards nothing: give back what the pull took.
        for (range, old) in gains.into_iter().zip(kept) {
            for (w, old) in net.weights[range].iter_mut().zip(old) {
                *w += rate * self.plan.decay * old;
            }
        }
    }

    /// Mean loss over held-out examples.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub fn held_out(&self, examples: u64) -> Result<f64, Failure> {
        let c = self.network.config;
        let rope = Rope::new(c.context, c.width / c.heads, c.rope_base);
        let (mut sum, mut count) = (0.0, 0.0);
        for i in 0..examples {
            let d = self.document(corpus::HELD_OUT + i, 1.0)?;
            if d.tokens.len() <= c.context {
                let (loss, n) = self.network.loss(&rope, &[&d], None, 1.0);
                sum += loss;
                count += n;
            }
        }
        Ok(sum / count.max(1.0))
    }

    /// Writes everything that going on needs.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn save(&self, path: &Path) -> Result<(), Failure> {
        let head = serde_json::to_vec(&Head {
            plan: self.plan.clone(),
            config: self.network.config,
            tokens: self.vocabulary.tokens.clone(),
            merges: self.vocabulary.merges.clone(),
            steps: self.steps,
            seen: self.tokens,
            next: self.next,
            wide: self.wide,
        })?;
        let mut out = Vec::new();
        out.write_all(&(head.len() as u64).to_le_bytes())?;
        out.write_all(&head)?;
        for part in [&self.network.weights, &self.moments[0], &self.moments[1]] {
            part.iter().for_each(|w| out.extend(w.to_le_bytes()));
        }
        crate::gguf::save(path, &out)
    }

    /// Goes on where [`Self::save`] left off.
    ///
    /// # Errors
    /// The file cannot be read or is not a checkpoint.
    pub fn resume(path: &Path) -> Result<Self, Failure> {
        let mut file = std::fs::File::open(path)?;
        let mut size = [0; 8];
        file.read_exact(&mut size)?;
        let mut head = vec![0; u64::from_le_bytes(size) as usize];
        file.read_exact(&mut head)?;
        let head: Head = serde_json::from_slice(&head)?;
        let mut rest = Vec::new();
        file.read_to_end(&mut rest)?;
        let numbers: Vec<f32> = rest
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect();
        let n = numbers.len() / 3;
        let network = Network::from_weights(head.config, numbers[..n].to_vec())
            .ok_or("not a checkpoint of this size")?;
        let moments = [numbers[n..2 * n].to_vec(), numbers[2 * n..].to_vec()];
        let vocabulary = Vocabulary::new(head.tokens, head.merges)?;
        Ok(Self {
            wide: head.wide || head.plan.widens.is_none(),
            plan: head.plan,
            vocabulary,
            network,
            moments,
            steps: head.steps,
            tokens: head.seen,
            next: head.next,
        })
    }
}

fn stage(wide: bool) -> corpus::Stage {
    if wide {
        corpus::Stage::All
    } else {
        corpus::Stage::First
    }
}

/// Examples as the vocabulary reads them.
fn texts(seed: u64, count: u64, stage: corpus::Stage) -> Result<Vec<String>, Failure> {
    let text = |e: corpus::Example| format!("user\n{}\u{1}assistant\n{}", e.prompt, e.answer);
    (0..count)
        .map(|i| corpus::example_of(seed, i, stage).map(text))
        .collect()
}

/// A prompt and its answer as tokens.
///
/// # Errors
/// The tokenizer fails.
pub fn document(vocabulary: &Vocabulary, prompt: &str, answer: &str) -> Result<Document, Failure> {
    let mut tokens = vocabulary.prompt(prompt)?;
    let prompt = tokens.len();
    tokens.extend(vocabulary.encode(answer)?);
    tokens.extend(vocabulary.id("<|im_end|>"));
    Ok(Document {
        tokens,
        prompt,
        marks: EVEN,
    })
}

#[allow(clippy::unwrap_used)]
#[cfg(test)]
mod tests {
    use super::*;

    fn tiny() -> Plan {
        let network = Config {
            width: 32,
            layers: 1,
            heads: 2,
            hidden: 48,
            ..Plan::default().network
        };
        Plan {
            descents: [(12_000, 1.0), (24_000, 3.0)]
                .map(|(until, marks)| Descent {
                    until,
                    rate: 1e-2,
                    marks,
                })
                .to_vec(),
            batch: 1_500,
            warm_up: 3_000,
            vocabulary: (60, 700),
            widens: Some(Widening {
                from: 9_000,
                vocabulary: (60, 740),
            }),
            network,
            ..Plan::default()
        }
    }

    #[test]
    fn a_run_learns_and_a_resumed_run_is_the_same_run() {
        let mut run = Run::begin(tiny()).unwrap();
        let before = run.held_out(4).unwrap();
        for _ in 0..3 {
            run.step().unwrap();
        }
        let dir = std::env::temp_dir().join(format!("inkstone-trainer-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let path = dir.join("checkpoint");
        run.save(&path).unwrap();
        let mut again = Run::resume(&path).unwrap();
        while !run.done() {
            run.step().unwrap();
            again.step().unwrap();
        }
        assert_eq!(run.network.weights, again.network.weights);
        assert!(run.wide && run.vocabulary.tokens.len() == run.network.config.vocabulary);
        let after = run.held_out(4).unwrap();
        assert!(after < before - 0.3, "{before} {after}");
        std::fs::remove_dir_all(dir).unwrap();
    }
}
