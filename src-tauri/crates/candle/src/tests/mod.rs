mod constraints;
mod embedders;
mod files;
mod networks;
mod starter;
mod streams;
