mod constraints;
mod embedders;
mod files;
mod networks;
mod parity;
mod sampling;
mod starter;
mod streams;
