"""A small, correct MaiMBot: configurator, replier and model endpoint, three processes over one database."""
