/*
 * reader: chooses the program that reads a document.
 *
 * The kind of a file is the value of its attribute varve-reader; if the attribute is unset, the
 * file is not a document. For a file without the attribute, the kind is its extension if a setting
 * names a reader for the extension; otherwise the first bytes determine the kind. The setting
 * varve.reader.KIND.command names the program for a kind; settings of repositories are ignored. If
 * a kind has no setting, `python3 -m varve_data.reader` reads it, if it supports the kind.
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

#define VV_WRITER_INSTALL                                                                          \
	"'pip install \"varve-data[office]\"' brings one; without it: a name with .csv, .json or .arrow, and --bom for a .csv that Excel opens"

#define VV_READER_MERGES                                                                           \
	"'pip install \"varve-data[office]\"' installs a program that merges workbooks by cell"

/* Returns the value of the setting `key`, ignoring the repository's own settings; NULL if it is not
 * set. The caller frees the value. repo may be NULL. */
char *vv_reader_setting(vv_repository *repo, const vv_env *env, const char *key);

/* Returns true if a file whose first len bytes are `head` and whose name is `name` may be a
 * document. Runs no program. repo may be NULL; with it, repeated calls do not read settings from
 * files again. */
bool vv_document_may_be(vv_repository *repo, const vv_env *env, const char *head, size_t len,
			const char *name);
/* Returns true if a file with the name `name` may be a document, judged by its name and attribute
 * only. */
bool vv_document_is_name(vv_repository *repo, const vv_env *env, const char *name);

/* Sets *command to the command that reads the file `name`, or to NULL if there is none; *kind to
 * the value of the file's attribute, or to NULL if it has none; and *own to true if the command is
 * varve's own reader, not one from a setting. The caller owns *command and *kind. head: the first
 * len bytes of the file. */
vv_status vv_reader_find(char **command, char **kind, bool *own, vv_repository *repo,
			 const vv_env *env, const char *name, const char *head, size_t len,
			 vv_error *err);

/* One value = one kind of document, and the program that reads it. */
typedef struct vv_reader_kind {
	const char *kind, /* kind of document */
		*command, /* the command that runs the program */
		/* missing program or Python package; NULL: nothing is missing, or it is not
		 * known */
		*missing;
	bool own;   /* varve's own reader, not one from a setting */
	bool found; /* the program is installed, so such documents can be read */
} vv_reader_kind;

/* Receives one kind; called by vv_reader_kinds. An error ends the calls. */
typedef vv_status (*vv_reader_kind_fn)(void *payload, const vv_reader_kind *k, vv_error *err);
/* Calls fn for each kind that varve's own reader or a setting names. Runs `python3 -m
 * varve_data.reader kinds`. repo may be NULL; then only the kinds of varve's own reader are
 * listed. */
vv_status vv_reader_kinds(vv_repository *repo, const vv_env *env, vv_reader_kind_fn fn,
			  void *payload, vv_error *err);

#endif
