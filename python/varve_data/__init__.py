"""What varve's programs run by python3: readers of documents and of other tools' rules. Not in the package varve, since PyPI's
varve is another project's, which may be what that name means here."""
