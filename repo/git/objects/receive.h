/*
 * receive: receives Git objects from a peer, and keeps them in quarantine until they are accepted.
 *
 * The objects are stored in a folder tmp_objdir-varve-in-* inside Git's object folder, and their connectivity
 * is checked. Until vv_git_receive_install, only a second handle of the repository sees them. Source:
 * git-receive-pack(1), "quarantine".
 */
#ifndef VV_REPO_GIT_OBJECTS_RECEIVE_H
#define VV_REPO_GIT_OBJECTS_RECEIVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/objects/send.h"
#include "repo/git/repository.h"

typedef struct vv_git_receive vv_git_receive;

/* Opens a quarantine. Also calls vv_git_receive_clean, and ignores its failures. */
vv_status vv_git_receive_open(vv_git_receive **out, vv_repository *r, const vv_git_limits *limits,
			      vv_error *err);

/* Receives an object, checks its form (object_form.h), and sets *id to its id. VV_EREFUSED: a limit is
 * exceeded. VV_ECORRUPT: the object is malformed. */
vv_status vv_git_receive_object(vv_git_receive *g, vv_git_type type, const void *bytes, size_t len,
				vv_oid *id, vv_error *err);

/* Receives the next bytes of a pack that has all objects. Objects received before are dropped. The objects of
 * the pack are checked by vv_git_receive_end. VV_EREFUSED: a limit is exceeded. */
vv_status vv_git_receive_pack(vv_git_receive *g, const void *bytes, size_t len, vv_error *err);

/* Returns the bytes of an object, as the base of a difference: one received before, or one of the repository.
 * prefix: the first len bytes of its id. Replaces out's content. VV_ENOTFOUND: no such object of this
 * type, or the prefix is ambiguous. */
vv_status vv_git_receive_base(vv_git_receive *g, vv_git_type type, const uint8_t *prefix,
			      size_t len, vv_buf *out, vv_error *err);

/* Ends receiving. VV_EMISSING: a tip, or an object that a received object names, is missing. */
vv_status vv_git_receive_end(vv_git_receive *g, const vv_oid *tips, size_t count, vv_error *err);

/* Returns a handle of the same repository that sees the new objects; borrowed until close. Call this after
 * vv_git_receive_end. */
vv_repository *vv_git_receive_repository(vv_git_receive *g);

/* Returns true if the repository has no other objects than the new ones, which are in one pack and have no
 * version of a dataset. Call this after vv_git_receive_end. */
bool vv_git_receive_is_plain(const vv_git_receive *g);

/* Durably moves the new objects, if any, into Git's object folder. */
vv_status vv_git_receive_install(vv_git_receive *g, vv_error *err);
uint64_t vv_git_receive_count(const vv_git_receive *g); /* number of received objects */
void vv_git_receive_close(vv_git_receive *g);           /* accepts NULL */
VV_AUTO_FREE(vv_git_receive, vv_git_receive_close)

/* Removes the quarantines of killed processes: those whose lock is free, and other staged files that are older
 * than a day. */
vv_status vv_git_receive_clean(vv_repository *r, vv_error *err);

#endif
