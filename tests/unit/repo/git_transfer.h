/*
 * git_transfer: from git_send straight to git_receive, without a line between them.
 */
#ifndef VV_TESTS_UNIT_REPO_GIT_TRANSFER_H
#define VV_TESTS_UNIT_REPO_GIT_TRANSFER_H

#include "repo/git/objects/receive.h"
#include "repo/git/objects/send.h"
#include "tests/unit/repo/git_fixture.h"

typedef struct transfer {
	vv_git_receive *to;
	uint64_t objects, with_base, bytes, commits;
	uint64_t skip; /* leave the n-th object out (1 is the first); 0: none */
} transfer;

/* Sends and takes; does not end it. */
vv_status transfer_objects(transfer *t, vv_repository *from, const vv_oid *wants, size_t want_count,
			   const vv_oid *haves, size_t have_count, vv_error *err);

/* The whole, with the new commit at refs/heads/<name> over there. haves: what is there. */
vv_status transfer_all(transfer *t, vv_repository *from, vv_repository *to, const vv_oid *want,
		       const vv_oid *have, const char *name, vv_error *err);

#endif
