/*
 * published: records the versions that the owner of this repository has published.
 *
 * Each published version has a small, durable record in <varve>/published, named by the version's
 * CID. Only `varve ipfs publish` writes and removes records. gc keeps a published version, and
 * readers may see it (reachable.h), regardless of branches and tags, until its record is removed.
 * Format: docs/formats/store.md, "published".
 */
#ifndef VV_REPO_KNOWN_PUBLISHED_H
#define VV_REPO_KNOWN_PUBLISHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid.h"

/* The record of a published version. */
typedef struct vv_published {
	vv_cid version; /* the version's root */
	vv_cid file;    /* the version's file as a UnixFS file: raw or DAG-PB */
	uint64_t bytes; /* size of the file */
	/* the file's path when it was published: a name for the file, whose ending shows the file's
	 * type */
	char *path;
	char time[32];  /* when the version was first published: 2026-03-01T10:00:00Z */
	char **holders; /* URLs, without secrets, of the servers to which the file was uploaded */
	size_t holder_count;
} vv_published;

void vv_published_clear(vv_published *p);
VV_AUTO_CLEAR(vv_published, vv_published_clear)

/* Reads the record of a version into *out, which the caller clears with vv_published_clear.
 * varvedir: vv_repository_varvedir of the repository. VV_ENOTFOUND: the version is not published.
 * VV_ECORRUPT: the record is damaged. */
vv_status vv_published_find(vv_published *out, const char *varvedir, const vv_cid *version,
			    vv_error *err);

/* Durably writes the record p, and replaces an existing record of the same version. */
vv_status vv_published_write(const char *varvedir, const vv_published *p, vv_error *err);
/* Durably removes the record of a version. VV_ENOTFOUND: the version is not published. */
vv_status vv_published_withdraw(const char *varvedir, const vv_cid *version, vv_error *err);

/* Sets *out to an array of the *count published versions, sorted by the texts of their CIDs. Reads
 * only the names of the records, so that the record of a listed version may be damaged. The caller
 * frees *out with vv_free. */
vv_status vv_published_list(vv_cid **out, size_t *count, const char *varvedir, vv_error *err);

/* Parses text as vv_cid_parse does, but accepts only a CID with the codec raw or DAG-PB, such as
 * that of a UnixFS file. Returns false for any other text. */
bool vv_published_file_cid(vv_cid *out, const char *text);

/* Adds url to p->holders, unless p already has it. Returns false if memory runs out. */
bool vv_published_add_holder(vv_published *p, const char *url);

#endif
