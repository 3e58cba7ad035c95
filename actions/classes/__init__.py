"""Which class a complaint or a repair belongs to: trained from the sentences in `complaint/` and `repair/`.

    sentences (yml) ─┐                          ┌─ class, confidence (calibrated)
    corrections ─────┴▶ vectors (kept) ▶ model ─┴─ repairs: urgent or not

The model is the one that tells intents (`bot.language.intent_model`): meaning, wording and sound, solved in one step.
"""
