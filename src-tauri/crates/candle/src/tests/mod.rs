mod constraints;
mod files;
mod networks;
mod starter;
mod streams;
