/*
 * git_own: the commands that are Git's own. In a repository with tables they work as anywhere, with
 * all their options.
 */
#include "cmd/varve/commands.h"

const vv_command vv_cmd_branch = {
	.name = "branch",
	.group = "history",
	.summary = "list, make, delete and rename branches (git branch)",
	.usage = "[-a] [-v]\nNAME [START]\n-d NAME...\n-m [OLD] NEW\n-u REMOTE/BRANCH",
	.example = "$ varve branch spring v1\n$ varve branch\n* main\n  spring",
	.arguments = "ref",
	.pass = true,
};

const vv_command vv_cmd_tag = {
	.name = "tag",
	.group = "history",
	.summary = "list, make and delete tags, which name versions (git tag)",
	.usage = "[-l] [PATTERN...]\n[-a] [-s] [-m TEXT] [-f] NAME [REV]\n-d NAME...",
	.example = "$ varve tag -m 'as published in March' v1\n$ varve tag\nv1",
	.arguments = "ref",
	.pass = true,
};

static const vv_absent_option remote_absent[] = {
	{"list ls", .use = "-v"},
	{"d", .use = ""},
	{.names = NULL},
};

const vv_command vv_cmd_remote = {
	.name = "remote",
	.group = "peers",
	.summary = "manage the remotes of this repository (git remote)",
	.usage = "[-v]\nadd NAME URL\nremove NAME\nrename OLD NEW\nset-url [--push] NAME URL",
	.example = "$ varve remote add origin ssh://ada@data.example.org/srv/sales\n"
		   "$ varve remote -v\n"
		   "origin\tssh://ada@data.example.org/srv/sales (fetch)\n"
		   "origin\tssh://ada@data.example.org/srv/sales (push)",
	.absent = remote_absent,
	.arguments = "ref",
	.pass = true,
	.hides_urls = true,
};
