//! Grows the trees.
//!
//! How the work is divided. The device holds the data and scores thresholds; the guest keeps the trees, sorts values
//! and decides. A node of a tree is far too small to keep a GPU busy, and waiting for an answer costs a GPU more than
//! any of these kernels, so nodes go to the device in waves: the waiting nodes of all trees, in the order in which they
//! were made, as many as fit in one upload.
//!
//! 1. One write brings the row indices of every node of the wave and the thresholds of its features.
//! 2. Kernels take their arrays from the start of a buffer. So a copy on the device puts the indices of a node at the
//!    start of one small buffer, another the thresholds of a feature; kernel-find-split scores them, and a third copy
//!    collects the scores. Nothing of this waits: calls take effect in order.
//! 3. One read brings back all scores.
//!
//! Each tree draws from a generator of its own, and its nodes are split in the order of their numbers, so the forest
//! does not depend on where one wave ends and the next begins.

use crate::failure::{During, Result};
use crate::forest::{Forest, ForestSettings};
use crate::progress::Progress;
use crate::random::{mix, Random};
use crate::table::Table;
use std::collections::VecDeque;
use std::ops::Range;
use wasi_gpu::wasi::gpu::ml_kernels::{kernel_bootstrap_sample, kernel_find_split, BootstrapParams, FindSplitParams};
use wasi_gpu::{Buffer, TreeNode};

/// A level of a few hundred small trees fits an upload of a million elements.
const USUAL_CAPACITY: usize = 1 << 20;

/// A node whose samples may still be divided: a range of the samples of its tree.
struct OpenNode {
    tree: usize,
    node: usize,
    depth: u32,
    samples: Range<usize>,
}

impl OpenNode {
    /// What is left to do: dividing n samples down to single ones looks at each about log2(n) times.
    fn work(&self) -> f64 {
        let samples = self.samples.len() as f64;
        samples * samples.log2()
    }
}

/// A feature drawn for a node, with the thresholds to try in ascending order: a range of the upload.
struct Candidate {
    feature: usize,
    thresholds: Range<usize>,
}

/// A node of the wave: its row indices begin at a place of the upload, its candidates are a range of the wave's.
struct WaveNode {
    open: OpenNode,
    first_index: usize,
    candidates: Range<usize>,
}

struct Split {
    feature: usize,
    threshold: f32,
}

struct Trainer<'a> {
    table: &'a Table,
    settings: &'a ForestSettings,
    /// Elements of an upload, and of the results that come back.
    capacity: usize,
    /// Row numbers, [trees][rows]; each node owns a range.
    samples: Vec<u32>,
    trees: Vec<Vec<TreeNode>>,
    /// One a tree.
    random: Vec<Random>,
    open: VecDeque<OpenNode>,
    open_work: f64,
    wave: Vec<WaveNode>,
    candidates: Vec<Candidate>,
    /// Indices and thresholds; the latter by their bits.
    upload: Vec<u32>,
    data: Buffer<f32>,
    labels: Buffer<f32>,
    upload_buffer: Buffer<u32>,
    indices: Buffer<u32>,
    thresholds: Buffer<f32>,
    node_scores: Buffer<f32>,
    results: Buffer<f32>,
}

/// Grows a forest of regression trees on the rows of `table`. Shows its progress unless quiet.
pub fn train(table: &Table, settings: &ForestSettings, is_quiet: bool) -> Result<Forest> {
    let mut progress = Progress::new("training", is_quiet);
    Trainer::new(table, settings)?.run(&mut progress)
}

impl<'a> Trainer<'a> {
    fn new(table: &'a Table, settings: &'a ForestSettings) -> Result<Self> {
        let rows = table.rows();
        let capacity = USUAL_CAPACITY.max(rows as usize * (1 + table.features()));
        Ok(Trainer {
            table,
            settings,
            capacity,
            samples: Vec::new(),
            trees: (0..settings.trees).map(|_| Vec::new()).collect(),
            random: (0..settings.trees).map(|tree| random_of(settings.seed, tree)).collect(),
            open: VecDeque::new(),
            open_work: 0.0,
            wave: Vec::new(),
            candidates: Vec::new(),
            upload: Vec::new(),
            data: Buffer::from_slice(&table.data).during("upload of the training rows")?,
            labels: Buffer::from_slice(&table.labels).during("upload of the labels")?,
            upload_buffer: Buffer::new(capacity as u64).during("buffer-create")?,
            indices: Buffer::new(rows.into()).during("buffer-create")?,
            thresholds: Buffer::new(rows.into()).during("buffer-create")?,
            node_scores: Buffer::new(rows.into()).during("buffer-create")?,
            results: Buffer::new(capacity as u64).during("buffer-create")?,
        })
    }

    fn run(mut self, progress: &mut Progress) -> Result<Forest> {
        self.draw_samples()?;
        let rows = self.table.rows() as usize;
        for tree in 0..self.trees.len() {
            self.add_node(tree, 0, tree * rows..(tree + 1) * rows);
        }

        let all_work = self.open_work;
        while !self.open.is_empty() {
            self.collect_wave();
            if !self.wave.is_empty() {
                let scores = self.score_wave()?;
                self.apply_wave(&scores);
            }

            progress.report(1.0 - self.open_work / all_work);
        }

        let mut forest = Forest::default();
        for tree in &self.trees {
            forest.offsets.push(forest.nodes.len() as u32);
            forest.nodes.extend_from_slice(tree);
        }

        Ok(forest)
    }

    /// Every tree's bootstrap sample. As many trees share one read as the results have room for.
    fn draw_samples(&mut self) -> Result<()> {
        let rows = self.table.rows();
        let group = (self.capacity / rows as usize) as u32;
        // The trees' seeds follow each other from a mixed start: forests of neighbouring seeds share none.
        let first_seed = mix(self.settings.seed.into()) as u32;
        let mut first = 0;
        while first < self.settings.trees {
            let trees = group.min(self.settings.trees - first);
            for i in 0..trees {
                let seed = first_seed.wrapping_add(first + i);
                let params = BootstrapParams { n_samples: rows, seed, max_index: rows };
                kernel_bootstrap_sample(params, self.indices.id()).during("kernel-bootstrap-sample")?;
                let place = u64::from(i) * u64::from(rows);
                self.indices.copy_to(0, &self.upload_buffer, place, rows.into()).during("buffer-copy")?;
            }

            let count = u64::from(trees) * u64::from(rows);
            self.samples.extend(self.upload_buffer.read_at(0, count).during("buffer-read")?);
            first += trees;
        }

        Ok(())
    }

    /// Makes a leaf of the samples, and remembers it as one that may be split if that is allowed and of use.
    fn add_node(&mut self, tree: usize, depth: u32, samples: Range<usize>) {
        let labels = &self.table.labels;
        let rows = &self.samples[samples.clone()];
        let sum: f64 = rows.iter().map(|&row| f64::from(labels[row as usize])).sum();
        let is_pure = rows.iter().all(|&row| labels[row as usize] == labels[rows[0] as usize]);
        let count = rows.len();

        let open = OpenNode { tree, node: self.trees[tree].len(), depth, samples };
        self.trees[tree].push(TreeNode::leaf((sum / count as f64) as f32));
        if !is_pure && depth < self.settings.max_depth && count / 2 >= self.settings.min_leaf as usize {
            self.open_work += open.work();
            self.open.push_back(open);
        }
    }

    /// Draws features for the waiting nodes and gathers what the device needs, until the upload is full.
    fn collect_wave(&mut self) {
        self.wave.clear();
        self.candidates.clear();
        self.upload.clear();
        while let Some(open) = self.open.pop_front() {
            if self.upload.len() + open.samples.len() * (1 + self.table.features()) > self.capacity {
                self.open.push_front(open);
                break;
            }

            self.open_work -= open.work();
            self.collect_node(open);
        }
    }

    /// Features are drawn without replacement, and beyond the usual number while none can divide the samples.
    fn collect_node(&mut self, open: OpenNode) {
        let first_index = self.upload.len();
        let first_candidate = self.candidates.len();
        self.upload.extend_from_slice(&self.samples[open.samples.clone()]);

        let count = self.table.features();
        let mut features: Vec<usize> = (0..count).collect();
        for drawn in 0..count {
            let is_found = self.candidates.len() > first_candidate;
            if drawn >= self.settings.features_per_split as usize && is_found {
                break;
            }

            features.swap(drawn, drawn + self.random[open.tree].below(count - drawn));
            self.collect_candidate(&open, features[drawn]);
        }

        if self.candidates.len() == first_candidate {
            self.upload.truncate(first_index); // No feature divides it: it stays a leaf.
            return;
        }

        let candidates = first_candidate..self.candidates.len();
        self.wave.push(WaveNode { open, first_index, candidates });
    }

    /// Appends the midpoints between all neighbouring distinct values, if there are any.
    fn collect_candidate(&mut self, open: &OpenNode, feature: usize) {
        let rows = &self.samples[open.samples.clone()];
        let mut values: Vec<f32> = rows.iter().map(|&row| self.table.value(row, feature)).collect();
        values.sort_unstable_by(f32::total_cmp);
        let first_threshold = self.upload.len();
        let min_leaf = self.settings.min_leaf as usize;
        for left in min_leaf..=values.len() - min_leaf {
            if values[left - 1] < values[left] {
                self.upload.push(midpoint(values[left - 1], values[left]).to_bits());
            }
        }

        let thresholds = first_threshold..self.upload.len();
        if !thresholds.is_empty() {
            self.candidates.push(Candidate { feature, thresholds });
        }
    }

    /// Scores all thresholds of the wave. The only wait is the read at the end.
    fn score_wave(&self) -> Result<Vec<f32>> {
        self.upload_buffer.write(&self.upload).during("buffer-write")?;
        let mut scores = 0;
        for node in &self.wave {
            let samples = node.open.samples.len();
            self.upload_buffer
                .copy_to(node.first_index as u64, &self.indices, 0, samples as u64)
                .during("buffer-copy")?;
            for candidate in &self.candidates[node.candidates.clone()] {
                scores += self.score_candidate(candidate, samples, scores)?;
            }
        }

        self.results.read_at(0, scores).during("buffer-read")
    }

    /// Puts the scores of a candidate behind those that are there; the number of them.
    fn score_candidate(&self, candidate: &Candidate, samples: usize, scores: u64) -> Result<u64> {
        let count = candidate.thresholds.len() as u64;
        self.upload_buffer
            .copy_to(candidate.thresholds.start as u64, &self.thresholds, 0, count)
            .during("buffer-copy")?;
        let params = FindSplitParams {
            n_samples: samples as u32,
            n_features: self.table.features() as u32,
            feature_idx: candidate.feature as u32,
            n_thresholds: count as u32,
        };
        kernel_find_split(
            params,
            self.data.id(),
            self.labels.id(),
            self.indices.id(),
            self.thresholds.id(),
            self.node_scores.id(),
        )
        .during("kernel-find-split")?;
        self.node_scores.copy_to(0, &self.results, scores, count).during("buffer-copy")?;
        Ok(count)
    }

    fn apply_wave(&mut self, scores: &[f32]) {
        let mut scores = scores.iter().copied();
        for node in std::mem::take(&mut self.wave) {
            if let Some(split) = self.find_best(&node, &mut scores) {
                self.split(node.open, &split);
            }
        }
    }

    /// The lowest score wins; of equal ones the feature drawn first, then the lowest threshold.
    fn find_best(&self, node: &WaveNode, scores: &mut impl Iterator<Item = f32>) -> Option<Split> {
        let mut best_score = f32::INFINITY;
        let mut best = None;
        for candidate in &self.candidates[node.candidates.clone()] {
            for (place, score) in candidate.thresholds.clone().zip(&mut *scores) {
                if score < best_score {
                    best_score = score;
                    let threshold = f32::from_bits(self.upload[place]);
                    best = Some(Split { feature: candidate.feature, threshold });
                }
            }
        }

        best
    }

    fn split(&mut self, open: OpenNode, split: &Split) {
        let table = self.table;
        let left = partition(&mut self.samples[open.samples.clone()], |row| {
            table.value(row, split.feature) <= split.threshold
        });

        let middle = open.samples.start + left;
        let tree = &mut self.trees[open.tree];
        let left = tree.len() as u32;
        tree[open.node] = TreeNode { feature: split.feature as u32, value: split.threshold, left, right: left + 1 };
        self.add_node(open.tree, open.depth + 1, open.samples.start..middle);
        self.add_node(open.tree, open.depth + 1, middle..open.samples.end);
    }
}

fn random_of(seed: u32, tree: u32) -> Random {
    Random::new(u64::from(seed) << 32 | u64::from(tree))
}

/// A number between two neighbours such that `low <= number < high` also after rounding.
fn midpoint(low: f32, high: f32) -> f32 {
    let middle = low / 2.0 + high / 2.0;
    if middle >= low && middle < high {
        middle
    } else {
        low
    }
}

/// Moves the rows for which `is_left` holds to the front, by exchanges from both ends; the number of them.
fn partition(rows: &mut [u32], is_left: impl Fn(u32) -> bool) -> usize {
    let mut first = 0;
    let mut end = rows.len();
    loop {
        while first < end && is_left(rows[first]) {
            first += 1;
        }

        while first < end && !is_left(rows[end - 1]) {
            end -= 1;
        }

        if first == end {
            return first;
        }

        rows.swap(first, end - 1);
        first += 1;
        end -= 1;
    }
}
