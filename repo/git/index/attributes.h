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

#include "base/error.h"
#include "repo/git/index/attribute_rules.h"
#include "repo/git/repository.h"

/* Does the path's resolved filter attribute say varve (work tree's files, else the
 * index's; in a bare repository HEAD's)? */
vv_status vv_attr_tracked(vv_repository *r, const char *path, bool *out, vv_error *err);
/* Is the path text in Git that varve compares and merges: diff or merge says varve, and the filter
 * does not? */
vv_status vv_attr_compared(vv_repository *r, const char *path, bool *out, vv_error *err);
/* The resolved attribute's value, owned; VV_ENOTFOUND when unspecified. */
vv_status vv_attr_value(vv_repository *r, const char *path, const char *name, char **out,
			vv_error *err);
/* The filter that these rules alone give the path, which counts from their file's folder; owned; NULL: none. */
vv_status vv_attr_filter_by(const vv_attr_rules *rules, const char *path, char **out,
			    vv_error *err);
/* libgit2 opens .gitattributes of the path's folders whatever they are, and would wait for a pipe's
 * writer: to be called before it does. VV_EREFUSED names one that is a pipe, socket or device. */
vv_status vv_attr_can_be_read(const vv_repository *r, const char *path, vv_error *err);

/* While it is held, each attribute file is looked at once, as git does it in a command: for loops over many paths. Holds
 * may be nested. Who writes an attribute file meanwhile calls vv_attr_flush.
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

/* Does Git change line ends or encoding of what it hands to the path's filter? */
vv_status vv_attr_changes_text(vv_repository *r, const char *path, bool *out, vv_error *err);

#endif
