/*
 * receive: Git objects from a peer, in quarantine until they are accepted or refused.
 *
 * They go through libgit2's indexer into a folder tmp_objdir-varve-in-* inside Git's object
 * folder, and connectivity is verified; only a second handle of the repository sees them. Sources:
 * git-receive-pack(1), "quarantine"; libgit2's indexer.h.
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

vv_status vv_git_receive_open(vv_git_receive **out, vv_repository *r, const vv_git_limits *limits,
			      vv_error *err);

/* One object. Its id is computed and returned; form is checked (a tree that Git would not accept:
 * ".git", "..", "/" in names, unsorted or repeated entries, names that clash under NTFS or HFS
 * rules if core.protectNTFS/HFS are set; a commit or tag without its headers). VV_EREFUSED past a
 * limit, VV_ECORRUPT for a malformed one. */
vv_status vv_git_receive_object(vv_git_receive *g, vv_git_type type, const void *bytes, size_t len,
				vv_oid *id, vv_error *err);

/* Bytes of a pack with all the objects, instead of single ones: objects received before are
 * dropped. The pack's objects are counted, named and checked at the end. */
vv_status vv_git_receive_pack(vv_git_receive *g, const void *bytes, size_t len, vv_error *err);

/* The bytes of an object received before or in the repository: the base of a difference. prefix:
 * the first len bytes of its id; VV_ENOTFOUND, also when ambiguous. out's former content is
 * replaced. */
vv_status vv_git_receive_base(vv_git_receive *g, vv_git_type type, const uint8_t *prefix,
			      size_t len, vv_buf *out, vv_error *err);

/* Ends receiving: all objects named by the received ones must exist here, tips too
 * (VV_EMISSING). */
vv_status vv_git_receive_end(vv_git_receive *g, const vv_oid *tips, size_t count, vv_error *err);

/* A handle of the same repository that sees the new objects; borrowed until close. After end. */
vv_repository *vv_git_receive_repository(vv_git_receive *g);

/* After its end: are they all that the repository has, in one pack, with no version of a dataset among them? */
bool vv_git_receive_is_plain(const vv_git_receive *g);

/* Moves them into Git's object folder, durably (nothing when there are none). */
vv_status vv_git_receive_install(vv_git_receive *g, vv_error *err);
uint64_t vv_git_receive_count(const vv_git_receive *g); /* objects */
void vv_git_receive_close(vv_git_receive *g);           /* accepts NULL */
VV_AUTO_FREE(vv_git_receive, vv_git_receive_close)

/* Removes quarantines of killed processes (those whose lock is free, and other staged files older
 * than a day). Open does so too, ignoring failures. */
vv_status vv_git_receive_clean(vv_repository *r, vv_error *err);

#endif
