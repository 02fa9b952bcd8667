/*
 * receive: receives Git objects from a peer, and keeps them in quarantine until they are accepted.
 *
 * The objects are stored in a folder tmp_objdir-varve-in-* inside Git's object folder, and their
 * connectivity is checked. Until vv_git_receive_install, they can be read only through the handle
 * of vv_git_receive_repository. Source: git-receive-pack(1), "quarantine".
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

/* Opens a quarantine. limits may be NULL: no limits. Also calls vv_git_receive_clean, and ignores
 * its failures. */
vv_status vv_git_receive_open(vv_git_receive **out, vv_repository *r, const vv_git_limits *limits,
			      vv_error *err);

/* Stores a received object in quarantine, checks its form (object_form.h), and sets *id to its id.
 * VV_EREFUSED: a limit is exceeded. VV_ECORRUPT: the object is malformed, or vv_git_receive_pack
 * was called before. */
vv_status vv_git_receive_object(vv_git_receive *g, vv_git_type type, const void *bytes, size_t len,
				vv_oid *id, vv_error *err);

/* Stores the next bytes of a received pack, which must contain all objects; objects received before
 * are discarded. vv_git_receive_end checks the objects of the pack. VV_EREFUSED: a limit is
 * exceeded. VV_ECORRUPT: the bytes do not begin like a pack, or receiving has ended. */
vv_status vv_git_receive_pack(vv_git_receive *g, const void *bytes, size_t len, vv_error *err);

/* Replaces the content of out with the bytes of an object, the base of a difference: a received
 * object, or one of the repository. prefix: the first len bytes of the object's id. VV_ENOTFOUND:
 * no object of this type matches, or several objects match, or len is less than 4. VV_EREFUSED: the
 * object has more bytes than the limit. */
vv_status vv_git_receive_base(vv_git_receive *g, vv_git_type type, const uint8_t *prefix,
			      size_t len, vv_buf *out, vv_error *err);

/* Ends receiving, and checks that tips[0 .. count) and all objects that received objects name
 * exist. VV_EMISSING: an object is missing. VV_ECORRUPT: the pack is malformed. VV_EREFUSED: a
 * limit is exceeded. */
vv_status vv_git_receive_end(vv_git_receive *g, const vv_oid *tips, size_t count, vv_error *err);

/* Returns a handle of the same repository in which the new objects can be read; borrowed until
 * vv_git_receive_close. Call this after vv_git_receive_end has succeeded. */
vv_repository *vv_git_receive_repository(vv_git_receive *g);

/* Returns true if vv_git_receive_end has found that all objects of the repository are new and in
 * one pack, and that they contain no version of a dataset. Returns false for a pack of few objects,
 * which is not examined. */
bool vv_git_receive_is_plain(const vv_git_receive *g);

/* Durably moves the new objects, if any, into Git's object folder. VV_EUSAGE: vv_git_receive_end
 * has not succeeded yet. */
vv_status vv_git_receive_install(vv_git_receive *g, vv_error *err);
uint64_t vv_git_receive_count(const vv_git_receive *g); /* number of received objects */
void vv_git_receive_close(vv_git_receive *g);           /* accepts NULL */
VV_AUTO_FREE(vv_git_receive, vv_git_receive_close)

/* Removes what killed processes left: quarantines whose lock is free, and folders of staged objects
 * (quarantine.h) that are older than a day. */
vv_status vv_git_receive_clean(vv_repository *r, vv_error *err);

#endif
