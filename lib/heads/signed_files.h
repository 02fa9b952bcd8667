/*
 * signed_files: the SHA-256 of the files at each ref of a head (head.h).
 *
 * Git names commits, trees and blobs by SHA-1. The list "content" of a head has a line "<SHA-256>
 * <ref>" for its refs, in the order of its list of refs, with the id that the ref's tree has in
 * Git's SHA-256 format (repo/git/objects/sha256_id.h). It covers all files of the ref's commit, and thereby
 * the SHA-256 in each pointer. Heads of varve 1.0 have no such list. A ref whose objects were not at
 * the signer has no line.
 *
 * A correct caller fetches the commits of the newest head, calls vv_signed_files_check for their
 * source, and moves refs only if this succeeds.
 */
#ifndef VV_LIB_HEADS_SIGNED_FILES_H
#define VV_LIB_HEADS_SIGNED_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/heads/head.h"
#include "repo/git/objects/sha256_id.h"
#include "repo/git/repository.h"

/* Appends to c->content the line of each ref in c->refs whose objects r has. A ref that `before` has
 * with the same id gets the line of before->content; both may be empty. */
vv_status vv_signed_files_put(vv_head_commit *c, const vv_head_commit *before, vv_repository *r,
			      vv_error *err);
/* Reads the list of the head c into c->content, unless it was read before. VV_ECORRUPT: the list
 * differs from its SHA-256 in the head, or is not of the head's refs. */
vv_status vv_signed_files_read(vv_head_commit *c, vv_repository *r, vv_error *err);

/* Appends to out the names of the refs of c that c->content lacks, a line each. */
void vv_signed_files_put_uncovered(vv_buf *out, const vv_head_commit *c);

/* The result for one ref. */
typedef enum vv_files_verdict {
	VV_FILES_SAME,
	VV_FILES_DIFFERS,
	VV_FILES_MISSING,  /* some of the ref's objects are missing here */
	VV_FILES_UNCOVERED /* the head has no SHA-256 for the ref */
} vv_files_verdict;
/* Compares the files that r has at the id of `ref` in the head c with the head's SHA-256 of them.
 * vv_signed_files_read must have been called. */
vv_status vv_signed_files_compare(vv_files_verdict *out, const vv_head_commit *c,
				  vv_sha256_ids *ids, const char *ref, vv_error *err);
/* Like vv_signed_files_compare, for a source of the head's commits. VV_ECORRUPT: the files differ. from:
 * the source, for the message. */
vv_status vv_signed_files_check(const vv_head_commit *c, vv_sha256_ids *ids, const char *ref,
				const char *from, vv_error *err);

#endif
