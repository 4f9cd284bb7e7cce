-- Which models a project asks one after the other, what it may spend, and what a call cost.

-- `{"then": [ids], "tasks": {"draft": [ids]}}`: what follows `model_id`, and chains of single tasks.
ALTER TABLE projects ADD COLUMN chains TEXT NOT NULL DEFAULT '{}';
-- `{"amount": 5, "currency": "USD", ...}`; null is none.
ALTER TABLE projects ADD COLUMN budget TEXT;
-- `{"input": 0.5, "output": 1.5, "currency": "USD"}` for a million tokens, as it was when it was
-- asked; null where the person gave no price.
ALTER TABLE generations ADD COLUMN price TEXT;
-- Tokens of the prompt, guessed before it was sent.
ALTER TABLE generations ADD COLUMN prompt_estimate INTEGER;
-- What the studio knows beside it: who could not answer, what was made up for, what it goes on from.
ALTER TABLE generations ADD COLUMN facts TEXT NOT NULL DEFAULT '{}';
