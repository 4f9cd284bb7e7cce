mod constraints;
mod embedders;
mod files;
mod networks;
mod parity;
mod starter;
mod streams;
