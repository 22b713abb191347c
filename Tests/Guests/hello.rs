// What hello.c says, from Rust.
use std::{env, fs, process};

fn main() {
    println!("hello from Rust");
    for argument in env::args() {
        println!("arg: {}", argument);
    }
    for (name, value) in env::vars() {
        println!("env: {}={}", name, value);
    }
    if let Ok(path) = env::var("HELLO_FILE") {
        match fs::read_to_string(&path) {
            Ok(text) => text.lines().for_each(|line| println!("file: {}", line)),
            Err(error) => {
                eprintln!("{}: {}", path, error);
                process::exit(1);
            }
        }
    }
}
