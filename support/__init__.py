"""What the steps call: settings, deployments, configurator, chat, themes, isolation, purge, reporting."""
