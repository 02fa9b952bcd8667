/*
 * attributes: finds the paths that are datasets, by .gitattributes.
 *
 * A tracked path has filter=varve.
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

/* Sets *out to whether the path has filter=varve, according to the attribute files of the work tree, else of the index,
 * or, in a bare repository, of HEAD. */
vv_status vv_attr_tracked(vv_repository *r, const char *path, bool *out, vv_error *err);
/* Sets *out to whether varve compares or merges the path's text: its diff or merge attribute is varve, and its filter is
 * not. */
vv_status vv_attr_compared(vv_repository *r, const char *path, bool *out, vv_error *err);
/* Gets the value of an attribute, which the caller frees with vv_free. VV_ENOTFOUND: unspecified. name: "filter",
 * "diff", "merge", "text", "crlf", "eol", "ident", "working-tree-encoding" or "varve-reader". */
vv_status vv_attr_value(vv_repository *r, const char *path, const char *name, char **out,
			vv_error *err);
/* git's reading of one additional attribute file, instead of all in the repository's tree. folder: "", "a/b/". name: the
 * attribute to read, borrowed.
 *
 *	rc = vv_attr_text_open(&t, r, "", &text, "filter", err);
 *	rc = vv_attr_text_ask(t, path, &value, err);  "set", "unset", "unspecified" or its value; until the next
 */
typedef struct vv_attr_text vv_attr_text;
vv_status vv_attr_text_open(vv_attr_text **out, vv_repository *r, const char *folder,
			    const vv_buf *text, const char *name, vv_error *err);
vv_status vv_attr_text_ask(vv_attr_text *t, const char *path, const char **out, vv_error *err);
void vv_attr_text_close(vv_attr_text *t); /* accepts NULL */
VV_AUTO_FREE(vv_attr_text, vv_attr_text_close)

/* Checks the .gitattributes files of the path's folders before libgit2 opens them, since it would wait for the writer of
 * a pipe. VV_EREFUSED: one is a pipe, socket or device; the message has its name. */
vv_status vv_attr_can_be_read(const vv_repository *r, const char *path, vv_error *err);

/* While held, each attribute file is read only once, as in a git command: for loops over many paths. Holds may be
 * nested. Call vv_attr_flush after writing an attribute file meanwhile.
 *
 *	vv_auto(vv_attr_held) held = vv_attr_hold(r);
 */
typedef struct vv_attr_held {
	vv_repository *repo;
} vv_attr_held;
vv_attr_held vv_attr_hold(vv_repository *r);
void vv_attr_held_clear(vv_attr_held *h);
VV_AUTO_CLEAR(vv_attr_held, vv_attr_held_clear)

/* Forget cached attribute files (after writing one). */
void vv_attr_flush(vv_repository *r);

/* Sets *out to whether Git changes line ends or encoding of the path before its filter. */
vv_status vv_attr_changes_text(vv_repository *r, const char *path, bool *out, vv_error *err);

#endif
