//! Use-cases from end to end, as a user interface calls them.

mod across;
mod actions;
mod assistant;
mod board;
mod changes;
mod doubts;
mod edges;
mod headless;
mod keys;
mod markup;
mod masking;
mod meaning;
mod mixing;
mod pictures;
mod remote;
mod replay;
mod rows;
mod sample;
mod scripts;
mod search_models;
mod story;
mod takes;
pub(crate) mod world;
