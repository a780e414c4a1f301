"""A small CRM folder, made from a seed: what the importer must take, and what it must name."""

import csv
import os
import random
from datetime import date, timedelta

AGENTS = [("Ann Ost", "East"), ("Bo Ost", "East"), ("Cy West", "West"), ("Di West", "West")]
PRODUCTS = ["Alpha One", "Alpha Two", "Beta"]
ACCOUNTS = ["Birch Ltd", "Cedar Inc", "Elm GmbH"]


class Facts:
    def __init__(self):
        self.won = self.lost = self.engaging = self.prospecting = 0
        self.joint_won = self.joint_lost = 0
        self.amount = self.joint_amount = 0  # whole units


def write_folder(folder, rows, first_day, days, prefix="T", seed=7):
    """`rows` opportunities closed within `days` from `first_day`. Returns the facts that an import reproduces."""
    rng = random.Random(seed)
    facts = Facts()
    os.makedirs(folder)

    def table(name, header, lines):
        with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *lines])

    table("sales_teams.csv", ["sales_agent", "manager", "regional_office"],
          [(agent, "M", office) for agent, office in AGENTS])
    table("products.csv", ["product", "series", "sales_price"], [(product, "S", 100) for product in PRODUCTS])
    table("accounts.csv", ["account", "sector", "year_established", "revenue", "employees", "office_location",
                           "subsidiary_of"],
          [(account, "retail", 1990, 10, 10, "United States", "") for account in ACCOUNTS])
    lines = []
    for number in range(rows):
        agent, office = rng.choice(AGENTS)
        stage = rng.choices(["Won", "Lost", "Engaging", "Prospecting"], [5, 3, 2, 1])[0]
        engaged = first_day + timedelta(days=rng.randrange(days // 2 + 1))
        closed = engaged + timedelta(days=rng.randrange(days // 2 + 1))
        value = rng.randrange(1, 5000)
        joint = office == "East"
        won, lost = stage == "Won", stage == "Lost"
        setattr(facts, stage.lower(), getattr(facts, stage.lower()) + 1)
        facts.joint_won += joint and won
        facts.joint_lost += joint and lost
        facts.amount += value if won else 0
        facts.joint_amount += value if won and joint else 0
        lines.append((f"{prefix}{number:06d}", agent, rng.choice(PRODUCTS),
                      rng.choice(ACCOUNTS) if won or lost or rng.random() < 0.5 else "", stage,
                      "" if stage == "Prospecting" else engaged.isoformat(),
                      closed.isoformat() if won or lost else "", value if won else 0 if lost else ""))
    table("sales_pipeline.csv", ["opportunity_id", "sales_agent", "product", "account", "deal_stage", "engage_date",
                                 "close_date", "close_value"], lines)
    return facts


def day_of(text):
    return date.fromisoformat(text[:10])
