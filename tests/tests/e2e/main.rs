//! The whole program in its real window: from a brief to a text, and what may go wrong between.
#![cfg(target_os = "linux")]
#![allow(clippy::panic, reason = "a step of a test ends the test")]

mod access;
mod actions;
mod assistant;
mod bench;
mod bestof;
mod board;
mod composing;
mod depot;
mod desks;
mod desktop;
mod doubts;
mod drafts;
mod editor;
mod faults;
mod first;
mod giving;
mod keyboard;
mod language;
mod long;
mod looks;
mod pictures;
mod place;
mod privacy;
mod remote;
mod safety;
mod screens;
mod screenshots;
mod scripts;
mod setup;
mod signs;
mod steps;
mod story;
mod streaming;
mod surface;
mod switch;
mod walks;
