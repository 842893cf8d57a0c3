"""The shared package of memberflow: facts, programme, engine, store and delivery."""
