/*
 * attributes: reads the attributes of paths from .gitattributes files.
 *
 * A path with the attribute filter=varve is a dataset: varve stores its content.
 */
#ifndef VV_REPO_GIT_INDEX_ATTRIBUTES_H
#define VV_REPO_GIT_INDEX_ATTRIBUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Sets *out to true if the path has filter=varve. The following functions read the attribute files
 * in the work tree, and those in the index if the work tree does not have them; in a bare
 * repository, those of HEAD. While an index in memory is open (vv_index_open_tree,
 * vv_index_ask_attributes), they read its attribute files instead. */
vv_status vv_attr_tracked(vv_repository *r, const char *path, bool *out, vv_error *err);
/* Sets *out to true if the path has diff=varve or merge=varve, but not filter=varve: Git stores the
 * file as text, and varve compares or merges it. */
vv_status vv_attr_compared(vv_repository *r, const char *path, bool *out, vv_error *err);
/* Sets *out to true if Git stores line ends CRLF of the file in the work tree as LF, because of its
 * attributes or core.autocrlf. *out is false if the path has a filter program other than varve, or
 * a working-tree-encoding. */
vv_status vv_attr_stores_lf(vv_repository *r, const char *path, bool *out, vv_error *err);
/* Sets *out to "set", "unset" or the value of the attribute called name. The caller frees *out with
 * vv_free. VV_ENOTFOUND: the attribute is unspecified. name must be "filter", "diff", "merge",
 * "text", "crlf", "eol", "ident", "working-tree-encoding" or "varve-reader". */
vv_status vv_attr_value(vv_repository *r, const char *path, const char *name, char **out,
			vv_error *err);
/* Reads one attribute, called name, with the attribute file `text` in `folder` ("" or "a/b/"),
 * instead of the attribute files in the repository's tree. A git process reads it. name is borrowed
 * until vv_attr_text_close.
 *
 * 	rc = vv_attr_text_open(&t, r, "", &text, "filter", err);
 * 	rc = vv_attr_text_ask(t, path, &value, err); */
typedef struct vv_attr_text vv_attr_text;
/* Writes text to a temporary folder, which vv_attr_text_close removes. text is borrowed only during
 * the call. */
vv_status vv_attr_text_open(vv_attr_text **out, vv_repository *r, const char *folder,
			    const vv_buf *text, const char *name, vv_error *err);
/* Sets *out to "set", "unset", "unspecified" or the attribute's value for path, borrowed until the
 * next call. */
vv_status vv_attr_text_ask(vv_attr_text *t, const char *path, const char **out, vv_error *err);
void vv_attr_text_close(vv_attr_text *t); /* accepts NULL */
VV_AUTO_FREE(vv_attr_text, vv_attr_text_close)

/* Checks the .gitattributes files of the path's folders before libgit2 opens them, since opening a
 * pipe would wait for its writer. Checks nothing in a bare repository. VV_EREFUSED: one of the
 * files is a pipe, socket or device; the message has its name. */
vv_status vv_attr_can_be_read(const vv_repository *r, const char *path, vv_error *err);

/* While a vv_attr_held exists, attribute files are cached. */
typedef struct vv_attr_held {
	vv_repository *repo;
} vv_attr_held;
/* Caches attribute files until the end of the block, so that a loop over many paths reads each file
 * only once, as a git command does. Calls may be nested. If an attribute file is written meanwhile,
 * call vv_attr_flush.
 *
 *	vv_auto(vv_attr_held) held = vv_attr_hold(r);
 */
vv_attr_held vv_attr_hold(vv_repository *r);
void vv_attr_held_clear(vv_attr_held *h);
VV_AUTO_CLEAR(vv_attr_held, vv_attr_held_clear)

/* Drops the cached attribute files. Call after writing an attribute file. */
void vv_attr_flush(vv_repository *r);

/* Sets *out to true if the path's attributes let Git convert line ends or the encoding of its
 * content, beside any filter program. */
vv_status vv_attr_changes_text(vv_repository *r, const char *path, bool *out, vv_error *err);

#endif
