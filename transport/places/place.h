/*
 * place: stores objects in a place. An object is a string of bytes with a name. A place is a
 * folder, a bucket, a web server or an IPFS node, and is not trusted.
 *
 * A name is a path of a few parts, "a/b/c". All kinds of places use the same names, so that all
 * objects of a place can be moved to another place by copying files. Most objects are never
 * changed: an object with the same name has the same bytes, and is written again only if it is
 * truncated or damaged. The caller must check all bytes that it reads from a place.
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

/* An old version of an object, which was removed or replaced. */
typedef struct vv_old_object {
	const char *name;    /* as in vv_place_ops, with its folder */
	const char *version; /* its id */
	uint64_t size;
} vv_old_object;
typedef vv_status (*vv_old_object_fn)(void *payload, const vv_old_object *o, vv_error *err);

/* Maximum number of entries of a list from another machine. A longer list is refused, since it may
 * never end. */
#define VV_PLACE_ENTRIES_MAX 4000000u

/* The functions of one kind of place. payload is the kind's own data. The messages of errors need
 * not have the place's name. */
typedef struct vv_place_ops {
	/* The place finds objects only by their CIDs, which must be the last parts of their
	 * names. */
	bool content_only;
	/* The number of calls of get that may run at once, each in a thread of its own; 0: one, and
	 * only while no other function runs. */
	unsigned gets;
	/* Stores len bytes as the object `name`, durably. VV_EREFUSED: the place is full, or does
	 * not accept the object. */
	vv_status (*put)(void *payload, const char *name, const void *bytes, size_t len,
			 vv_error *err);
	/* Stores an object like put, but the object is durable only after finish. May be NULL. */
	vv_status (*put_later)(void *payload, const char *name, const void *bytes, size_t len,
			       vv_error *err);
	/* Makes the objects of put_later durable. May run in another thread while no other function
	 * is called. If it fails, all objects stored since the previous finish may be lost. May be
	 * NULL. */
	vv_status (*finish)(void *payload, vv_error *err);
	/* Appends len bytes of the object `name`, beginning at `from`, to out, or fewer if the
	 * object ends earlier. VV_ENOTFOUND: no such object. VV_EREFUSED: no such object, or access
	 * is forbidden, in places that do not distinguish these. */
	vv_status (*get)(void *payload, const char *name, uint64_t from, uint64_t len, vv_buf *out,
			 vv_error *err);
	/* Calls fn, with the payload `to`, for each entry of a folder ("": the top). A folder that
	 * does not exist has no entries. VV_ENOSUPPORT or VV_EREFUSED: the place does not allow
	 * listing. */
	vv_status (*list)(void *payload, const char *folder, vv_listed_fn fn, void *to,
			  vv_error *err);
	/* Removes the object `name`. VV_ENOTFOUND: no such object (not all places report this;
	 * buckets do not). */
	vv_status (*remove)(void *payload, const char *name, vv_error *err);
	/* Returns the number of bytes received since the place was opened, for kinds that receive
	 * more bytes than get returns. May be NULL. */
	uint64_t (*moved)(void *payload);
	/* Returns the reason why an object that the place reports as stored may nevertheless be
	 * lost; NULL: there is no such reason. caveat may be NULL. */
	const char *(*caveat)(void *payload);
	/* Calls fn, with the payload `to`, for each old version of the objects directly in a folder
	 * ("": the top), as a bucket with versioning keeps them. VV_ENOSUPPORT: the place keeps
	 * none. VV_EREFUSED: it keeps them, and does not list them. The three members are NULL if
	 * the kind has no old versions. */
	vv_status (*list_old)(void *payload, const char *folder, vv_old_object_fn fn, void *to,
			      vv_error *err);
	/* Removes this version for good. VV_EREFUSED: it is locked, or this is not allowed. */
	vv_status (*remove_old)(void *payload, const char *name, const char *version,
				vv_error *err);
	/* Sets *until to the time at which the lock of this version ends: 0: no lock, or not known;
	 * INT64_MAX: when it is released. */
	vv_status (*old_lock)(void *payload, const char *name, const char *version, int64_t *until,
			      vv_error *err);
	/* Appends the name of the user that is logged in at the place, without secrets: "ann at
	 * nas.example". May be NULL. */
	void (*who)(void *payload, vv_buf *out);
	void (*close)(void *payload);
} vv_place_ops;

/* The mark of the places with one use, a file at the top of the place. Unless it may make the mark,
 * vv_place_open does not open a place without its mark, so that nothing is written to the empty
 * folder of a disk that is not mounted. Exception: IPFS nodes have no marks. */
typedef struct vv_place_mark {
	/* name and content of the file */
	const char *file, *text;
	const char *keeps; /* a word for the place's content in messages: "copies" */
} vv_place_mark;

/* Options for opening a place. Read only during the call, except for *mark, which is borrowed until
 * the place is closed. */
typedef struct vv_place_facts {
	const char *domain; /* name of the failure domain; NULL: determined by the kind */
	uint64_t quota;     /* maximum bytes to store; 0: no limit */
	/* the place's mark; NULL: the place has no mark: it has files of other programs, and is
	 * only read */
	const vv_place_mark *mark;
	/* for a web server: use neither the URL's user nor git's credential helpers */
	bool no_login;
	/* hints for errors: more: the quota is used up; full: the place itself is full */
	vv_hint_id more, full;
	/* For kinds with content_only, which other programs also use: returns true if a stored
	 * object of this size may be one of varve's. NULL: each object may be. */
	bool (*ours)(uint64_t size);
} vv_place_facts;

#define VV_PLACE_MARK_BYTES 64u /* maximum bytes of a mark that are read */

/* An open place. If payload is NULL, the place is not open. */
typedef struct vv_place {
	const vv_place_ops *ops;
	void *payload;
	char *domain; /* failure domain: places with the same domain are assumed to fail together */
	/* the first bytes of the place's mark, if they were read when the place was opened; else
	 * "" */
	char mark[VV_PLACE_MARK_BYTES + 1];
} vv_place;

/* For the kinds: makes a place, which owns payload and take_domain, the name of the failure domain
 * (NULL: out of memory). If facts->domain is set, it replaces take_domain. A failure releases
 * both. */
vv_status vv_place_make(vv_place *out, const vv_place_ops *ops, void *payload, char *take_domain,
			const vv_place_facts *facts, vv_error *err);
/* For the kinds: sets p->mark to the text of the place's mark. */
void vv_place_set_mark(vv_place *p, const vv_buf *text);
void vv_place_close(vv_place *p); /* p need not be open */
VV_AUTO_CLEAR(vv_place, vv_place_close)

/* These functions call the functions with the same names in p->ops. If the kind has no put_later,
 * vv_place_put_later calls put. If it has no finish, vv_place_finish does nothing. */
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
/* VV_ENOSUPPORT: also, the kind has no old versions; the others are then not called. */
vv_status vv_place_list_old(const vv_place *p, const char *folder, vv_old_object_fn fn, void *to,
			    vv_error *err);
vv_status vv_place_remove_old(const vv_place *p, const char *name, const char *version,
			      vv_error *err);
vv_status vv_place_old_lock(const vv_place *p, const char *name, const char *version,
			    int64_t *until, vv_error *err);
/* Returns the number of bytes received since the place was opened, or `instead` if the kind does
 * not count these bytes. */
uint64_t vv_place_moved(const vv_place *p, uint64_t instead);
/* Returns the number of calls of vv_place_get that may run at once, at least 1. p need not be
 * open. */
unsigned vv_place_gets(const vv_place *p);
const char *vv_place_caveat(const vv_place *p);    /* the result of ops->caveat; borrowed */
void vv_place_who(const vv_place *p, vv_buf *out); /* appends nothing if the user is not known */

#endif
