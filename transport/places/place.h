/*
 * place: stores objects by name. A place is a folder, a bucket or an IPFS node, and is not trusted.
 *
 * A name is a path of a few parts, "a/b/c". All kinds of places use the same names, so that all
 * objects of a place can be moved to another place by copying files. Nothing is overwritten:
 * objects with the same name have the same bytes, and only truncated or damaged objects are written
 * again. The caller checks everything that it reads from a place.
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

/* The most entries of a list. A longer list from another machine is refused, because it may never
 * end. */
#define VV_PLACE_ENTRIES_MAX 4000000u

/* The functions of a kind of place. payload is the kind's own data. Error messages need not contain
 * the place's name. */
typedef struct vv_place_ops {
	/* The place finds objects only by their CIDs, which are in the last part of the names. */
	bool content_only;
	/* The number of calls of get that may run at once, each in a thread of its own; 0: one, and
	 * only while no other function runs. */
	unsigned gets;
	/* Stores an object, durably. VV_EREFUSED: the place is full, or does not accept the
	 * object. */
	vv_status (*put)(void *payload, const char *name, const void *bytes, size_t len,
			 vv_error *err);
	/* Like put, but the object is durable only after finish, which may run in a thread of its
	 * own while no other function is called. A failure of finish applies to all objects stored
	 * since the previous finish. put_later and finish may be NULL. */
	vv_status (*put_later)(void *payload, const char *name, const void *bytes, size_t len,
			       vv_error *err);
	vv_status (*finish)(void *payload, vv_error *err);
	/* Appends len bytes of an object, beginning at `from`, or fewer if the object ends before.
	 * VV_ENOTFOUND: no such object. */
	vv_status (*get)(void *payload, const char *name, uint64_t from, uint64_t len, vv_buf *out,
			 vv_error *err);
	/* Calls fn for all entries of a folder. If the folder does not exist, it has no entries. */
	vv_status (*list)(void *payload, const char *folder, vv_listed_fn fn, void *to,
			  vv_error *err);
	/* Removes an object. VV_ENOTFOUND: no such object (not all places report this; buckets do
	 * not). */
	vv_status (*remove)(void *payload, const char *name, vv_error *err);
	/* Returns the bytes received since the place was opened, if they are more than the bytes
	 * that get returned. May be NULL. */
	uint64_t (*moved)(void *payload);
	/* Returns the reason why an object may be lost although the place reports it as stored;
	 * NULL: no such reason. May be NULL. */
	const char *(*caveat)(void *payload);
	/* Appends the user that is logged in at the place, without secrets: "ann at nas.example".
	 * May be NULL. */
	void (*who)(void *payload, vv_buf *out);
	void (*close)(void *payload);
} vv_place_ops;

/* The mark of a place that has files: a file at the top of the place. Without its mark, a place is
 * not opened, so that nothing is written to the empty folder of a disk that is not mounted. */
typedef struct vv_place_mark {
	const char *file, *text;
	const char *keeps; /* the place's content, for messages: "copies" */
} vv_place_mark;

/* Facts about a place for the function that opens the place. Borrowed until the place is closed. */
typedef struct vv_place_facts {
	const char *domain; /* name of the failure domain; NULL: determined by the kind */
	uint64_t quota;     /* bytes; 0: no limit */
	/* NULL: the place has files of other programs, and is only read */
	const vv_place_mark *mark;
	/* for a web server: do not get a login from git's credential helpers */
	bool no_login;
	/* Hints: more is for a quota that is used up, full is for a place that is itself full. */
	vv_hint_id more, full;
	/* Returns true if a stored object of this size may be one of varve's. For kinds with
	 * content_only, which other programs use, too. NULL: always true. */
	bool (*ours)(uint64_t size);
} vv_place_facts;

#define VV_PLACE_MARK_BYTES 64u

/* An open place. If payload is NULL, the place is not open. */
typedef struct vv_place {
	const vv_place_ops *ops;
	void *payload;
	char *domain; /* failure domain: places with the same domain are assumed to fail together */
	char mark[VV_PLACE_MARK_BYTES +
		  1]; /* the beginning of the place's mark, if it was read when opening; else "" */
} vv_place;

/* For the kinds: makes a place, which owns payload and take_domain (allocated with vv_malloc). On
 * failure, both were released. */
vv_status vv_place_make(vv_place *out, const vv_place_ops *ops, void *payload, char *take_domain,
			const vv_place_facts *facts, vv_error *err);
/* For the kinds: sets the text of the place's mark, before vv_place_make. */
void vv_place_set_mark(vv_place *p, const vv_buf *text);
void vv_place_close(vv_place *p); /* p need not be open */
VV_AUTO_CLEAR(vv_place, vv_place_close)

/* Call the kind's functions. If the kind has no put_later, vv_place_put_later calls put; if it has
 * no finish, vv_place_finish returns VV_OK. */
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
/* Returns the bytes received since the place was opened, or `instead` if the kind does not count
 * them. */
uint64_t vv_place_moved(const vv_place *p, uint64_t instead);
/* Returns the number of calls of vv_place_get that may run at once, at least 1. Accepts a place
 * that is not open. */
unsigned vv_place_gets(const vv_place *p);
const char *vv_place_caveat(const vv_place *p);    /* borrowed; NULL: no such reason */
void vv_place_who(const vv_place *p, vv_buf *out); /* appends nothing if the user is not known */

#endif
