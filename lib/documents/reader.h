/*
 * reader: chooses the program that reads a kind of document.
 *
 * A file's kind is the attribute varve-reader of its path; without one its extension, if the user named a reader for that,
 * or the kind of its first bytes. Only settings outside of repositories choose the program for a kind:
 * varve.reader.KIND.command; without one `python3 -m varve_data.reader` reads the kinds that it supports.
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

/* May a file with this beginning and name be a document? Runs no program. repo may be NULL; with
 * it, repeated calls read no settings from files. */
bool vv_document_may_be(vv_repository *repo, const vv_env *env, const char *head, size_t len,
			const char *name);
/* By its name alone. */
bool vv_document_is_name(vv_repository *repo, const vv_env *env, const char *name);

/* The command of the file's reader, owned; NULL: none. *kind: the attribute's value, owned, or NULL; *own: it is varve's, not
 * from a setting. */
vv_status vv_reader_find(char **command, char **kind, bool *own, vv_repository *repo,
			 const vv_env *env, const char *name, const char *head, size_t len,
			 vv_error *err);

/* A kind, and its reader here: a command, or the missing package (NULL: none, or unknown). */
typedef struct vv_reader_kind {
	const char *kind, *command, *missing;
	bool own;   /* varve's reader, which no setting names */
	bool found; /* it can be read */
} vv_reader_kind;

/* Calls fn for each kind of varve's own readers or the user's settings. Runs `python3 -m varve_data.reader kinds`. */
typedef vv_status (*vv_reader_kind_fn)(void *payload, const vv_reader_kind *k, vv_error *err);
vv_status vv_reader_kinds(vv_repository *repo, const vv_env *env, vv_reader_kind_fn fn,
			  void *payload, vv_error *err);

#endif
