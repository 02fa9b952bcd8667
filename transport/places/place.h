/*
 * place: stores objects by name, untrusted: a folder, a bucket, a node.
 *
 * A name is a path of a few parts, "a/b/c"; every kind stores the same names, so that all objects of a place can be
 * moved to another one by copying files. Nothing is overwritten: a second write of a name has the same bytes, and only
 * truncated or damaged objects are written again. The caller checks everything that it reads from a place.
 */
#ifndef VV_TRANSPORT_PLACES_PLACE_H
#define VV_TRANSPORT_PLACES_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

/* An entry of a listed folder. */
typedef struct vv_listed {
	const char *name;
	uint64_t size;    /* bytes; UINT64_MAX: a folder */
	int64_t modified; /* seconds since 1970 by the place's clock; 0: not known */
} vv_listed;
typedef vv_status (*vv_listed_fn)(void *payload, const vv_listed *e, vv_error *err);

/* A longer list from another machine is refused, as one that may never end. */
#define VV_PLACE_ENTRIES_MAX 4000000u

/* The functions of a kind of place; payload is its own. Errors need not name the place. */
typedef struct vv_place_ops {
	/* Objects are found by their CIDs, in the last part of their names, and by nothing else. */
	bool content_only;
	/* The number of gets that may run at once, each in a thread of its own; 0: one, while no other function
	 * runs. */
	unsigned gets;
	/* Durable when it returns. VV_EREFUSED: the place is full, or does not want it. */
	vv_status (*put)(void *payload, const char *name, const void *bytes, size_t len,
			 vv_error *err);
	/* put_later and finish may be NULL. As put, but durable only after finish, which may run in a thread of its
	 * own while no other function is called. A failure of finish applies to all objects put since the previous
	 * finish. */
	vv_status (*put_later)(void *payload, const char *name, const void *bytes, size_t len,
			       vv_error *err);
	vv_status (*finish)(void *payload, vv_error *err);
	/* Appends up to len bytes, beginning at `from`; fewer only if the object ends. VV_ENOTFOUND. */
	vv_status (*get)(void *payload, const char *name, uint64_t from, uint64_t len, vv_buf *out,
			 vv_error *err);
	/* All entries of the folder; no entries if the folder does not exist. */
	vv_status (*list)(void *payload, const char *folder, vv_listed_fn fn, void *to,
			  vv_error *err);
	/* VV_ENOTFOUND, if the place reports it: a bucket does not. */
	vv_status (*remove)(void *payload, const char *name, vv_error *err);
	/* May be NULL: bytes received since the place was opened, if these are more than get returned. */
	uint64_t (*moved)(void *payload);
	/* May be NULL: why an object may be lost although the place reports it as stored; NULL: no reason
	 * known. */
	const char *(*caveat)(void *payload);
	/* May be NULL: appends our identity there, without secrets: "ann at nas.example". */
	void (*who)(void *payload, vv_buf *out);
	void (*close)(void *payload);
} vv_place_ops;

/* Kinds that keep files have a mark, which is a file at the top of a place: if a disk is not mounted, nothing is
 * written into the empty folder instead. */
typedef struct vv_place_mark {
	const char *file, *text;
	const char *keeps; /* the place's content: "copies" */
} vv_place_mark;

/* Facts about a place for the function that opens it. Borrowed until it is closed. */
typedef struct vv_place_facts {
	const char *domain;        /* NULL: determined by the kind */
	uint64_t quota;            /* bytes; 0: no limit */
	const vv_place_mark *mark; /* NULL: the place has files of others, and is only read */
	bool no_login;             /* for a web server: do not get a login from git */
	/* Hints: what to do if the quota is used up (more), and if the place itself is full (full). */
	vv_hint_id more, full;
	/* May a stored object of this size be ours? For kinds with content_only, which others use too. NULL:
	 * always. */
	bool (*ours)(uint64_t size);
} vv_place_facts;

#define VV_PLACE_MARK_BYTES 64u

/* payload NULL: not open. */
typedef struct vv_place {
	const vv_place_ops *ops;
	void *payload;
	char *domain; /* places with the same one are taken to fail together */
	char mark[VV_PLACE_MARK_BYTES +
		  1]; /* the beginning of its mark, if opening read it; else "" */
} vv_place;

/* For the kinds: takes over payload and take_domain (a string of vv_malloc), also on failure. */
vv_status vv_place_make(vv_place *out, const vv_place_ops *ops, void *payload, char *take_domain,
			const vv_place_facts *facts, vv_error *err);
/* For the kinds: sets the text of the place's mark. */
void vv_place_set_mark(vv_place *p, const vv_buf *text);
void vv_place_close(vv_place *p); /* accepts one that is not open */
VV_AUTO_CLEAR(vv_place, vv_place_close)

/* Calls the kind's function. If the kind has no put_later, put is called; if it has no finish, the result is VV_OK. */
vv_status vv_place_put(const vv_place *p, const char *name, const void *bytes, size_t len,
		       vv_error *err);
vv_status vv_place_put_later(const vv_place *p, const char *name, const void *bytes, size_t len,
			     vv_error *err);
vv_status vv_place_finish(const vv_place *p, vv_error *err);
vv_status vv_place_get(const vv_place *p, const char *name, uint64_t from, uint64_t len,
		       vv_buf *out, vv_error *err);
vv_status vv_place_list(const vv_place *p, const char *folder, vv_listed_fn fn, void *to,
			vv_error *err);
vv_status vv_place_remove(const vv_place *p, const char *name, vv_error *err);
/* Bytes received since the place was opened; returns `instead` if the kind does not count them. */
uint64_t vv_place_moved(const vv_place *p, uint64_t instead);
/* gets at once, at least 1; accepts one that is not open */
unsigned vv_place_gets(const vv_place *p);
const char *vv_place_caveat(const vv_place *p);    /* borrowed; NULL: no reason known */
void vv_place_who(const vv_place *p, vv_buf *out); /* appends nothing if it is not known */

#endif
