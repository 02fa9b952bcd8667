/*
 * sign: a signed head of this repository's branches and tags; key: the key that signs, which varve-vault keeps.
 */
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/frame/tool.h"
#include "cmd/varve/commands.h"
#include "lib/heads/judge.h"
#include "lib/heads/make.h"
#include "lib/heads/outside_time.h"
#include "lib/heads/seen.h"
#include "lib/heads/shown_refs.h"
#include "lib/heads/signed_files.h"
#include "repo/git/history/date.h"
#include "repo/git/history/head_record.h"
#include "transport/line/url.h"

typedef struct options {
	vv_head_making making;
	const char *expires, *join, *timestamp;
	uint64_t timeout;
	bool all, quiet;
	vv_strings mirrors, signers, revoked;
} options;

static const vv_option table[] = {
	OPT_STRING(0, "name", making.name, "NAME",
		   "the repository's name, in the first head (default: the folder's)"),
	OPT_STRING(0, "default", making.branch, "BRANCH",
		   "the branch that clones check out (default: as in the last head, or HEAD's)"),
	OPT_STRING(
		0, "expires", expires, "DATE",
		"the date by which a newer head must be signed (default: after the same period as for the last head)"),
	OPT_FLAG(0, "final", making.final, "make this head final: no head is accepted after it"),
	OPT_LIST(0, "mirror", mirrors, "URL",
		 "the URL of a copy: http, https or relay; may be repeated"),
	OPT_LIST(0, "signer", signers, "KEY=DATE",
		 "for the owner: KEY may sign until DATE; may be repeated"),
	OPT_LIST(0, "revoke", revoked, "KEY=NUMBER",
		 "for the owner: heads that KEY signed after NUMBER do not count; may be repeated"),
	OPT_ONCE(0, "join", join, "REMOTE",
		 "also continue the head at REMOTE, which another machine signed with this key"),
	OPT_ONCE(
		0, "timestamp", timestamp, "URL",
		"have the head stamped by the clock of the time-stamp authority (RFC 3161) at URL"),
	OPT_POSITIVE(
		0, "timeout", timeout, "SECONDS",
		"stop waiting for the authority after this long without a byte (default: 4, then 60)"),
	OPT_FLAG(0, "all", all, "all branches and tags"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

static const vv_option_rule option_rules[] = {
	{"--final", .excludes = "--expires"},
	{"--all", .excludes = "BRANCH"},
	{"--timeout", .requires = "--timestamp"},
	{NULL, NULL, NULL},
};

/* given: the value of the option. VV_EUSAGE with the hint: the date is in the past. */
static vv_status read_future(int64_t *out, const char *text, const char *given, const char *hint,
			     vv_error *err)
{
	int zone;
	const vv_status rc = vv_date_parse(text, out, &zone, err);

	if (rc < 0 || *out > vv_now_sec()) return rc;
	return vv_fail(err, VV_EUSAGE, "'%s': the date is in the past\n%s", vv_text_shows(given),
		       hint);
}

/* "KEY=DATE" or "KEY=NUMBER"; a key is did:key:z6Mk... or that without its beginning. */
static vv_status read_keys(vv_head_keys *out, const vv_strings *from, bool dates, vv_error *err)
{
	vv_status rc;

	vv_array_each(from->items, from->count, item) {
		const char *word = *item, *eq = strchr(word, '=');
		uint8_t key[VV_KEY_PUBLIC];
		uint64_t number = 0;
		int64_t date = 0;

		if (strncmp(word, "did:key:", 8) == 0) {
			word += 8;
		}
		if (!eq || !vv_did_key_read(key, word, (size_t)(eq - word)) ||
		    (!dates && !vv_parse_u64(&number, eq + 1, strlen(eq + 1)))) {
			return vv_fail(err, VV_EUSAGE,
				       "'%s' is not KEY=%s, with a key such as z6Mk...",
				       vv_text_shows(*item), dates ? "DATE" : "NUMBER");
		}
		if (dates && (rc = read_future(&date, eq + 1, *item,
					       "--revoke KEY=NUMBER withdraws a key", err)) < 0) {
			return rc;
		}
		rc = vv_head_keys_set(out, key, dates ? (uint64_t)date : number, NULL, err);
		if (rc < 0) return rc;
	}
	return VV_OK;
}

/* VV_EUSAGE: readers of the head do not use one of the mirrors (vv_named_mirrors), or it has a password. */
static vv_status judge_mirrors(const vv_strings *mirrors, vv_error *err)
{
	vv_array_each(mirrors->items, mirrors->count, text) {
		vv_auto(vv_url) url = {.text = NULL};

		if (vv_url_read(&url, *text, err) < 0) return vv_prefix(err, "--mirror");
		if (url.kind != VV_URL_HTTP && url.kind != VV_URL_RELAY) {
			return vv_fail(
				err, VV_EUSAGE,
				"--mirror '%s': readers of the head would ignore it\n"
				"readers use http://, https:// and relay+https:// URLs; others "
				"are for 'varve clone --from URL'",
				vv_text_url(*text));
		}
		if (url.user || url.secret) {
			return vv_fail(err, VV_EUSAGE,
				       "--mirror '%s': the URL has a user name or password\n"
				       "remove it, as a head is public",
				       vv_text_url(*text));
		}
	}
	return VV_OK;
}

/* Names the refs whose files are not here, so that the head has no hash of them. */
static vv_status tell_uncovered(vv_head_commit *made, vv_repository *r, vv_error *err)
{
	vv_auto(vv_buf) list = VV_BUF_INIT, names = VV_BUF_INIT;
	const vv_status rc = vv_signed_files_read(made, r, err);

	if (rc < 0) return rc;
	vv_signed_files_put_uncovered(&list, made);
	if (list.len == 0) return vv_buf_ok(&list, err);
	vv_shown_refs_put(&names, &list);
	if (vv_buf_ok(&list, err) < 0 || vv_buf_ok(&names, err) < 0) return err->code;
	vv_warn("some files are missing here, so the head has no SHA-256 of: %s", names.data);
	return VV_OK;
}

/* Sets *clock to that of --timestamp. VV_EUSAGE: no authority is named, so its token could not be checked. */
static vv_status find_clock(vv_head_clock *clock, vv_outside_clock *of, vv_authorities **a,
			    vv_error *err)
{
	const vv_status rc = vv_outside_authorities(a, of->repo, err);

	if (rc < 0) return rc;
	if (!*a) {
		return vv_fail(
			err, VV_EUSAGE,
			"no time-stamp authority is named, so its time stamp could not be "
			"checked\n'git config --global varve.timestampAuthority FILE' names one; "
			"the file has the authority's certificates (PEM)");
	}
	of->authorities = *a;
	*clock = (vv_head_clock){.ask = vv_outside_clock_ask, .payload = of};
	return VV_OK;
}

/* The time of a head that was stamped. */
static vv_status print_time(const vv_head_commit *made, const vv_authorities *a, vv_error *err)
{
	vv_outside_time time;
	const vv_status rc = vv_outside_time_of(&time, made, a, err);

	if (rc < 0) return rc;
	vv_out("time stamp: %s by %s\n", vv_text_utc(time.says.time),
	       vv_text_shows(time.says.authority));
	return VV_OK;
}

static vv_status run_sign(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_head_commit) made = {.parent_count = 0};
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_head_keys signers = {.count = 0}, revoked = {.count = 0};
	vv_oid id, other;
	vv_head_making m = o->making;
	vv_outside_clock of = {
		.url = o->timestamp, .idle_sec = (unsigned)o->timeout, .repo = c->repo};
	vv_auto(vv_authorities) *authorities = NULL;
	vv_head_clock clock;
	vv_status rc;

	m.clock = o->timestamp ? &clock : NULL;
	m.refs = (vv_refs_choice){c->argv, c->argc, o->all};
	m.mirrors = &o->mirrors;
	m.join = o->join ? &other : NULL;
	m.signers = o->signers.count > 0 ? &signers : NULL;
	m.revoked = o->revoked.count > 0 ? &revoked : NULL;
	if ((rc = judge_mirrors(&o->mirrors, err)) < 0 ||
	    (rc = read_keys(&signers, &o->signers, true, err)) < 0 ||
	    (rc = read_keys(&revoked, &o->revoked, false, err)) < 0 ||
	    (o->expires &&
	     (rc = read_future(
		      &m.expires, o->expires, o->expires,
		      "readers would be warned that the head has expired; --final signs the "
		      "last head",
		      err)) < 0) ||
	    (o->timestamp && (rc = find_clock(&clock, &of, &authorities, err)) < 0) ||
	    (o->join &&
	     (rc = vv_heads_learn(c->repo, NULL, o->join, &other, &vv_notes_stderr, err)) < 0) ||
	    (rc = vv_head_make(&id, c->repo, &m, err)) < 0 ||
	    (rc = vv_head_commit_read(&made, c->repo, &id, err)) < 0 ||
	    (rc = tell_uncovered(&made, c->repo, err)) < 0 || o->quiet) {
		return rc;
	}
	vv_head_put_line(&line, made.record.key, made.record.number, made.record.time,
			 made.record.time);
	if ((rc = vv_buf_ok(&line, err)) < 0) return rc;
	vv_out("%s: signed by %s\n", vv_text_shows(made.record.name), line.data);
	return o->timestamp ? print_time(&made, authorities, err) : VV_OK;
}

const vv_command vv_cmd_sign = {
	.name = "sign",
	.group = "peers",
	.summary = "sign branches and tags, so that any copy can be verified",
	.usage = "[--expires DATE | --final] [--mirror URL]... [--signer KEY=DATE]... "
		 "[--revoke KEY=NUMBER]... [--join REMOTE] [--name NAME] [--default BRANCH] "
		 "[--timestamp URL [--timeout SECONDS]] [-q] [--all | BRANCH|TAG...]",
	.example = "$ varve sign --name prices --expires 2027-01-01\n"
		   "prices: signed by z6Mk... (bold otter nine), number 1, just now",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "ref",
	.rules = option_rules,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_sign,
};

/* --- key --- */

static int run_key(void *none VV_UNUSED, int argc, char **argv)
{
	vv_error err;
	vv_tool_run_other("vault", "key", argc, argv, &err);
	return vv_report_trouble(&err);
}

const vv_command vv_cmd_key = {
	.name = "key",
	.group = "peers",
	.summary = "manage this machine's key, which signs heads and opens sealed copies",
	.usage = "new\nshow\ntrust NAME DID\n...",
	.example = "$ varve key new\n"
		   "did:key:z6Mk...",
	.arguments = "",
	.raw = true,
	.run_alone = run_key,
};
