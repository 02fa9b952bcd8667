/*
 * object_form: checks the form of a received Git object, as git fsck does. Internal.
 */
#ifndef VV_REPO_GIT_OBJECTS_OBJECT_FORM_H
#define VV_REPO_GIT_OBJECTS_OBJECT_FORM_H

#include "repo/git/objects/git_object.h"
#include "repo/git/tree_internal.h"

/* Is called with the id of an object that the checked object names. */
typedef vv_status (*vv_git_link_fn)(void *payload, const git_oid *id, vv_error *err);

/* Checks an object, and calls link for every object that it names, except submodules' commits.
 * VV_ECORRUPT: the object is malformed; err names the object and the fault. A tree is malformed if
 * a name leads out of its folder (also under the rules of NTFS or HFS, regardless of
 * core.protectNTFS and core.protectHFS), if names are unsorted or repeated, or if an entry has an
 * unknown mode or the null id. A commit or tag is malformed if a required header is missing, or if
 * its headers have a NUL byte. If link fails, returns its status. */
vv_status vv_git_form_check(vv_git_type type, const git_oid *id, const void *bytes, size_t len,
			    vv_git_link_fn link, void *payload, vv_error *err);

/* Returns a constant text that describes the fault of a tree's entry e, to follow the words "the
 * tree"; NULL: the entry is valid. */
const char *vv_git_entry_fault(const vv_tree_cursor *e);

#endif
