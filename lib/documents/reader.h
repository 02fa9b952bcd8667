/*
 * reader: chooses the program that reads a kind of document.
 *
 * A file's kind is what the attribute varve-reader of its path calls it; without one its extension, where the user named a
 * reader for that, or what its first bytes tell. Which program reads a kind only settings outside of repositories say:
 * varve.reader.KIND.command; without one `python3 -m varve_data.reader` is asked for the kinds that it knows.
 */
#ifndef VV_LIB_DOCUMENTS_READER_H
#define VV_LIB_DOCUMENTS_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/env.h"
#include "base/error.h"
#include "repo/git/repository.h"

#define VV_READER_INSTALL                                                                          \
	"'pip install \"varve-data[office]\"', or \"./python[office]\" in a clone of varve, brings readers of workbooks, Parquet, SQLite, Stata and SPSS files"

/* A setting that no repository can set; owned; NULL: it is not set. repo may be NULL. */
char *vv_reader_setting(vv_repository *repo, const vv_env *env, const char *key);

/* May a file with this beginning and name be a document? Asks nobody. repo may be NULL; with it, no
 * setting is read from a file, however often this is asked. */
bool vv_document_may_be(vv_repository *repo, const vv_env *env, const char *head, size_t len,
			const char *name);
/* By its name alone. */
bool vv_document_is_name(vv_repository *repo, const vv_env *env, const char *name);

/* The command of the file's reader, owned; NULL: there is none. *kind: what the attribute calls it, owned, or NULL; *own: it is
 * varve's, which no setting names. */
vv_status vv_reader_find(char **command, char **kind, bool *own, vv_repository *repo,
			 const vv_env *env, const char *name, const char *head, size_t len,
			 vv_error *err);

/* A kind, and what reads it here: a command, or what is missing (NULL: nothing, or nothing that is known). */
typedef struct vv_reader_kind {
	const char *kind, *command, *missing;
	bool own;   /* varve's reader, which no setting names */
	bool found; /* it can be read */
} vv_reader_kind;

/* Calls fn for each kind that varve's own readers know or the user's settings name. Runs `python3 -m varve_data.reader kinds`. */
typedef vv_status (*vv_reader_kind_fn)(void *payload, const vv_reader_kind *k, vv_error *err);
vv_status vv_reader_kinds(vv_repository *repo, const vv_env *env, vv_reader_kind_fn fn,
			  void *payload, vv_error *err);

#endif
