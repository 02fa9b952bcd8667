/*
 * object_form: checks an object from elsewhere as Git would. Internal.
 */
#ifndef VV_REPO_GIT_OBJECTS_OBJECT_FORM_H
#define VV_REPO_GIT_OBJECTS_OBJECT_FORM_H

#include "repo/git/objects/git_object.h"
#include "repo/git/tree_internal.h"

typedef vv_status (*vv_git_link_fn)(void *payload, const git_oid *id, vv_error *err);

/* VV_ECORRUPT names the object and the fault of its form: a tree with a name that leads elsewhere
 * (also under NTFS or HFS, regardless of core.protectNTFS and protectHFS: such names are not
 * needed), or that is out of order or repeated; a commit or tag without its headers. link is called
 * for every object that it names, submodules' commits left out. */
vv_status vv_git_form_check(vv_git_type type, const git_oid *id, const void *bytes, size_t len,
			    vv_git_link_fn link, void *payload, vv_error *err);

/* The fault of one entry of a tree: a constant that continues from "the tree"; NULL: none. */
const char *vv_git_entry_fault(const vv_tree_cursor *e);

#endif
