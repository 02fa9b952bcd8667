/*
 * published: the versions that this repository's owner published.
 *
 * Each has a record in <varve>/published, named by the version's CID: small, durable, written and removed
 * by `varve ipfs publish` only. A published version is kept by gc and shown to readers (reachable.h),
 * whatever happens to branches and tags, until it is withdrawn. Format: docs/formats/store.md,
 * "published".
 */
#ifndef VV_REPO_KNOWN_PUBLISHED_H
#define VV_REPO_KNOWN_PUBLISHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid.h"

typedef struct vv_published {
	vv_cid version; /* the dataset's root */
	vv_cid file;    /* the same as a UnixFS file: raw or DAG-PB */
	uint64_t bytes; /* of the file */
	char *path;     /* where it was, in the repository: a name for people, and a type */
	char time[32];  /* 2026-03-01T10:00:00Z */
	char **holders; /* URLs that it was given to, without secrets */
	size_t holder_count;
} vv_published;

void vv_published_clear(vv_published *p);
VV_AUTO_CLEAR(vv_published, vv_published_clear)

/* The record of a version. VV_ENOTFOUND: it is not published. VV_ECORRUPT. */
vv_status vv_published_find(vv_published *out, const char *varvedir, const vv_cid *version,
			    vv_error *err);

/* Durable when it returns. A record that is there is replaced. */
vv_status vv_published_write(const char *varvedir, const vv_published *p, vv_error *err);
/* VV_ENOTFOUND: it was not published. */
vv_status vv_published_withdraw(const char *varvedir, const vv_cid *version, vv_error *err);

/* The versions that are published, by CID; the caller's (vv_free). Reads names alone. */
vv_status vv_published_list(vv_cid **out, size_t *count, const char *varvedir, vv_error *err);

/* Reads a UnixFS file's CID: as vv_cid_parse, but raw or DAG-PB. False: it is none. */
bool vv_published_file_cid(vv_cid *out, const char *text);

/* Adds a holder, unless it is listed. False: out of memory. */
bool vv_published_add_holder(vv_published *p, const char *url);

#endif
