/*
 * git_transfer: passes the objects of vv_git_objects_each (send.h) directly to a vv_git_receive,
 * without a connection.
 */
#ifndef VV_TESTS_UNIT_REPO_GIT_TRANSFER_H
#define VV_TESTS_UNIT_REPO_GIT_TRANSFER_H

#include "repo/git/objects/receive.h"
#include "repo/git/objects/send.h"
#include "tests/unit/repo/git_fixture.h"

/* A transfer, and its numbers: objects, objects with a base, bytes, and commits. */
typedef struct transfer {
	vv_git_receive *to;
	uint64_t objects, with_base, bytes, commits;
	uint64_t skip; /* omit the object with this number (1 is the first); 0: omit none */
} transfer;

/* Passes the objects that wants need and haves do not have to t->to, and does not end the transfer.
 * Fails the test if an object comes before its base. */
vv_status transfer_objects(transfer *t, vv_repository *from, const vv_oid *wants, size_t want_count,
			   const vv_oid *haves, size_t have_count, vv_error *err);

/* Transfers the commit `want` from `from` to `to`, and sets refs/heads/<name> of `to` to it. have:
 * a commit that `to` has; may be NULL. */
vv_status transfer_all(transfer *t, vv_repository *from, vv_repository *to, const vv_oid *want,
		       const vv_oid *have, const char *name, vv_error *err);

#endif
