/*
 * blocks_config: the places of a repository's blocks, from its committed .varveconfig.
 *
 *	[blocks]
 *		url = https://data.example.org/sales
 *		pushUrl = ssh://data.example.org/srv/sales
 *		ref = varve-blocks
 *	[store "team"]
 *		url = s3://bucket/sales
 *
 * Git's config syntax. It is written by those who may commit: it names places, and nothing in it is run.
 * Source: docs/operate/hosts.md.
 */
#ifndef VV_LIB_REMOTES_BLOCKS_CONFIG_H
#define VV_LIB_REMOTES_BLOCKS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

#define VV_BLOCKS_CONFIG ".varveconfig"
#define VV_BLOCKS_URLS_MAX 16u

/* A store of blocks (docs/operate/stores.md); url may be NULL. */
typedef struct vv_store_config {
	char *name, *url;
	char *push_url; /* NULL: url */
	bool usual;     /* the one that pushes go to */
} vv_store_config;

typedef struct vv_blocks_config {
	char *ref; /* the full name; NULL: missing */
	char *urls[VV_BLOCKS_URLS_MAX];
	size_t url_count;
	char *push_urls[VV_BLOCKS_URLS_MAX];
	size_t push_count;
	vv_store_config stores[VV_BLOCKS_URLS_MAX];
	size_t store_count;
	char *upstream; /* the store of the repository that this one was forked from, or NULL */
} vv_blocks_config;

/* Reads a commit's file; empty without the file. VV_EINPUT: its content is invalid. */
vv_status vv_blocks_config_read(vv_blocks_config *out, vv_repository *r, const vv_oid *commit,
				vv_error *err);
/* The same of its text. */
vv_status vv_blocks_config_parse(vv_blocks_config *out, const char *text, size_t len,
				 vv_error *err);
/* The store of that name; NULL: the usual one, else the first. NULL: not found. */
const vv_store_config *vv_blocks_config_store(const vv_blocks_config *c, const char *name);
/* The file in the work tree, of a bare repository in its folder varve. Owned by the caller. */
char *vv_blocks_config_path(const vv_repository *r);
/* Calls fn for each setting of it, as vv_config_parse; without a regular file for none. */
vv_status vv_blocks_config_each(vv_repository *r, vv_config_fn fn, void *payload, vv_error *err);
/* Its places of blocks, committed or not. */
vv_status vv_blocks_config_read_work(vv_blocks_config *out, vv_repository *r, vv_error *err);
/* A line that changes. */
typedef struct vv_blocks_config_line {
	const char *key;   /* "store.team.url"; "store.team": the whole section, with value NULL */
	const char *value; /* in place of all values of the key; NULL: none of them stays */
	bool section;
} vv_blocks_config_line;
/* Changes the text of such a file, by git. */
vv_status vv_blocks_config_change(vv_buf *text, vv_repository *r,
				  const vv_blocks_config_line *lines, size_t count, vv_error *err);
/* The text of that file; "" if there is none. VV_EINPUT: it is not a regular file. */
vv_status vv_blocks_config_text(vv_buf *text, vv_repository *r, vv_error *err);
/* Calls fn for each name in the work tree's file that this varve does not know, and so ignores: "FILE: ..., did you
 * mean 'url'?" A newer varve may support it. */
typedef vv_status (*vv_blocks_config_fn)(void *payload, const char *what, vv_error *err);
vv_status vv_blocks_config_unknown(vv_repository *r, vv_blocks_config_fn fn, void *payload,
				   vv_error *err);
/* Warns of them. */
void vv_blocks_config_warn(vv_repository *r);
/* Changes the file in the work tree in one step, for the next commit. The turn is the caller's (repo/git/write_turn.h).
 * VV_EUSAGE: a bare repository. */
vv_status vv_blocks_config_change_work(vv_repository *r, const vv_blocks_config_line *lines,
				       size_t count, vv_error *err);
/* May a commit name it? VV_EINPUT: a place that not all clones can reach, or a URL with parts that only the user may
 * set. */
vv_status vv_store_url_check(const char *url, bool push, vv_error *err);
/* A remote's setting: a store, rather than a peer? */
bool vv_blocks_is_store(const char *url);
void vv_blocks_config_clear(vv_blocks_config *c);
VV_AUTO_CLEAR(vv_blocks_config, vv_blocks_config_clear)

#endif
