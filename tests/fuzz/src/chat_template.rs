//! Chat templates: any text ends in a prompt or in a refusal, in bounded time and memory.

use std::sync::LazyLock;

use crate::model_folder;

/// A folder with everything but a template, in the form of that target.
static PARTS: LazyLock<Vec<&str>> = LazyLock::new(|| model_folder::SEEDS[0].split('\0').collect());

/// The bytes are a template.
pub fn check(data: &[u8]) {
    let template = String::from_utf8_lossy(data);
    let config = serde_json::json!({"chat_template": template, "eos_token": "<s>"}).to_string();
    let mut parts = PARTS.clone();
    parts[2] = &config;
    model_folder::check(parts.join("\0").as_bytes());
}

/// What gives a template its meaning.
pub const TYPED: &[&str] = &[
    "{% for message in messages %}",
    "{% endfor %}",
    "{{ message.content }}",
    "{{ message['role'] }}",
    "{% if message.role == 'user' %}",
    "{% elif loop.first %}",
    "{% else %}",
    "{% endif %}",
    "{% set ns = namespace(x=0) %}",
    "{% set ns.x = ns.x + 1 %}",
    "{% macro m(a) %}{{ m(a) }}{% endmacro %}",
    "{{ m(1) }}",
    "{{ raise_exception('no') }}",
    "{{ bos_token }}",
    "{{ eos_token }}",
    "{% if add_generation_prompt %}",
    "{{ strftime_now('%d %B %Y') }}",
    "{{ messages | tojson(indent=4) }}",
    "{{ 'a' * 1000000000 }}",
    "{{ range(1000000000) | list }}",
    "{{ [1] * 100000000 }}",
    "{{ 'x'.center(1000000000) }}",
    "{{ message.content | replace('', 'aaaaaaaa') }}",
    "{{ messages[0].content.split('')[1:] | join(',') }}",
    "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}",
    "{{ '%099999999d' | format(1) }}",
    "{% include 'x' %}",
    "{% extends messages %}",
    "{% break %}",
    "{% continue %}",
    "{% generation %}",
    "{{ self }}",
    "{{ caller() }}",
    "{{ loop.cycle('a','b') }}",
    "{{ 2 ** 99999 }}",
    "{{ 1 // 0 }}",
    "{{ messages[::-1] }}",
    "{{ messages | map(attribute='content') | list }}",
    "{{ x is defined and x is mapping }}",
    "{# ",
    " #}",
    "{%- ",
    " -%}",
    "| trim",
    "| upper",
    "<|im_end|>",
    "<s>",
];

/// Templates to begin with.
pub const SEEDS: &[&str] = &[
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] | trim %}{% set loop_messages = messages[1:] %}{% else %}{% set loop_messages = messages %}{% endif %}{% for m in loop_messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}{{ '[INST] ' ~ m.content ~ ' [/INST]' }}{% endfor %}",
    "{%- set ns = namespace(multi_step_tool=true, last=messages|length - 1) %}{%- for message in messages[::-1] %}{%- set index = (messages|length - 1) - loop.index0 %}{%- if ns.multi_step_tool and message.role == 'user' %}{%- set ns.last = index %}{%- endif %}{%- endfor %}{{ messages | tojson }}",
];
