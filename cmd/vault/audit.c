/*
 * audit: tests whether the holders still have their copies.
 */
#include <string.h>

#include "base/array.h"
#include "base/json/json.h"
#include "base/json/json_list.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/vault/commands.h"
#include "cmd/vault/work/audit.h"

#define EXIT_AWAY 3 /* a holder was unreachable, and no other one failed */

typedef struct options {
	uint64_t leaves, timeout;
	bool all;
	const char *format;
} options;

static const vv_option table[] = {
	OPT_POSITIVE(0, "leaves", leaves, "N",
		     "ask each holder for at most this many leaves, one per shard (default: 460)"),
	OPT_FLAG(0, "all", all, "read every byte of every shard"),
	OPT_POSITIVE(0, "timeout", timeout, "SECONDS", VV_TIMEOUT_HELP),
	OPT_JSON("the output format"),
};

static bool is_asked(const vv_context *c, const char *name)
{
	return c->argc == 0 || vv_text_is_among(name, VV_TEXTS(c->argv), (size_t)c->argc);
}

static void tell_records(const vv_audit *x, const vv_vault_place *p)
{
	if (p->holder && !vv_vault_holder_keeps_records(p->holder)) return;
	if (x->damaged == 0) {
		vv_out("  ledger: %s of %s read, all sound\n", vv_text_count(x->records),
		       vv_text_counted(x->records, "record", NULL));
		return;
	}
	vv_out("  ledger: %s of %s damaged:\n", vv_text_count(x->damaged),
	       vv_text_counted(x->records, "record", NULL));
	vv_array_each(p->meeting.damaged, p->meeting.damaged_count, d) {
		if (!d->unheard) {
			vv_out_between("    ", d->name, ": ");
			vv_out_between("", d->why.message, "\n");
		}
	}
}

static void print_place(const options *o, const vv_audit *x, const vv_vault_place *p)
{
	const uint64_t bad = x->bad_count;
	unsigned chance;

	vv_out_text(p->config->name, strlen(p->config->name));
	if (bad == 0 && x->damaged > 0) {
		vv_out(": FAILED: %s of the ledger damaged; the holder lists %s of %s, with the right sizes\n",
		       vv_text_counted(x->damaged, "record", NULL), vv_text_count(x->shards),
		       vv_text_counted(x->shards, "shard", NULL));
	} else if (bad > 0) {
		vv_out(": FAILED: %s of %s missing or changed\n", vv_text_count(bad),
		       vv_text_counted(x->shards, "shard", NULL));
		vv_out_between("  ", x->first, "\n");
	} else {
		vv_out(": lists %s of %s, with the right sizes\n", vv_text_count(x->shards),
		       vv_text_counted(x->shards, "shard", NULL));
	}
	tell_records(x, p);
	if (o->all) {
		vv_out("  every byte was read: %s\n", vv_text_bytes(x->read));
	} else if (x->shards > 0 && x->asked == 0) {
		vv_out("  no leaf was requested, since the holder's list has no shard with the right size\n");
	} else if (x->shards > 0) {
		chance = vv_audit_chance(x->asked, x->shards);
		vv_out("  %s requested, one per shard: %s (%s read); chance to detect the loss of 1 %% of the shards: %u.%u %%\n",
		       vv_text_counted(x->asked, "random leaf", "random leaves"),
		       x->good == x->asked ? "all sound" : "some damaged", vv_text_bytes(x->read),
		       chance / 10, chance % 10);
	}
	if (p->refuses) {
		vv_out_between("  it accepts no new data: ", p->why.message, "\n");
	}
	if (x->leaving > 0) {
		vv_out("  also lists %s that will be removed (retired, or announced by a drop record)\n",
		       vv_text_counted(x->leaving, "shard", NULL));
	}
	if (x->surplus > 0) {
		vv_out("  also lists %s that no record names (left over, or of a run in progress)\n",
		       vv_text_counted(x->surplus, "shard", NULL));
	}
}

static void put_json(vv_json_out *w, const vv_audit *x, const vv_vault_place *p)
{
	vv_json_open_object(w);
	vv_json_put_members(
		w, {JSON_TEXT("holder", p->config->name)}, {JSON_NUMBER("shards", x->shards)},
		{JSON_NUMBER("bytes", x->bytes)}, {JSON_NUMBER("asked", x->asked)},
		{JSON_NUMBER("good", x->good)}, {JSON_NUMBER("read", x->read)},
		{JSON_NUMBER("missing", x->missing)}, {JSON_NUMBER("wrong", x->wrong)},
		{JSON_NUMBER("leaving", x->leaving)}, {JSON_NUMBER("surplus", x->surplus)},
		{JSON_NUMBER("bad", x->bad_count)}, {JSON_NUMBER("records", x->records)},
		{JSON_NUMBER("damaged", x->damaged)}, {JSON_ARRAY("damagedRecords")});
	vv_array_each(p->meeting.damaged, x->damaged > 0 ? p->meeting.damaged_count : 0, d) {
		if (!d->unheard) {
			vv_json_string(w, d->name);
		}
	}
	vv_json_close_array(w);
	vv_json_add_string(w, "error",
			   p->holder ? (x->first[0] ? x->first : NULL) : p->why.message);
	vv_json_close_object(w);
}

static vv_status audit_one(vv_context *c, vv_vault_session *s, vv_vault_place *p, vv_json_out *w,
			   vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_audit) x = {.leaves = o->leaves, .all = o->all};
	const bool away = !p->holder;
	vv_error why;
	vv_status rc = VV_OK;

	if (p->holder && vv_audit_run(&x, s, p, &why) == VV_ENOMEM) {
		rc = vv_error_copy(err, &why);
	}
	if (x.bad_count > 0 || x.damaged > 0 || (!away && !p->holder)) {
		c->code = VV_EXIT_NO;
	} else if (away && c->code == VV_EXIT_OK) {
		c->code = EXIT_AWAY;
	}
	if (vv_wants_json(o->format)) {
		put_json(w, &x, p);
	} else if (!p->holder) {
		vv_out_text(p->config->name, strlen(p->config->name));
		vv_out(away ? ": not asked: %s\n" : ": not audited to the end: %s\n",
		       p->why.message);
	} else {
		print_place(o, &x, p);
	}
	return rc;
}

static vv_status audit_all(vv_context *c, vv_vault_session *s, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_json_out w = vv_json_begin_array(&b, 2);
	vv_status rc;

	vv_array_each(s->places, s->place_count, p) {
		if (!p->config->dead && is_asked(c, p->config->name) &&
		    (rc = audit_one(c, s, p, &w, err)) < 0) {
			return rc;
		}
	}
	vv_json_close_array(&w);
	if (vv_wants_json(o->format)) return vv_out_json(&b, err);
	vv_note("an audit does not prove that a holder keeps the copies on its own disk, or that it will keep them");
	return VV_OK;
}

static vv_status run_audit(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const vv_session_options so = {.notes = &vv_notes_stderr,
				       .need_key = true,
				       .idle_sec = o->timeout,
				       .again = c->argc > 0};
	vv_auto(vv_vault_session) s = {.lock = -1};
	vv_status rc = vv_vault_session_open_to_read(&s, c->repo, &so, err);

	if (rc < 0) return rc;
	vv_array_each(c->argv, c->argc, name) {
		if (!vv_holder_config_find(&s.configs, *name)) {
			return vv_holder_fail_unknown(*name, VV_EUSAGE, err);
		}
	}
	rc = audit_all(c, &s, err);
	return rc < 0 ? rc : vv_vault_session_sync(&s, err);
}

const vv_command vv_cmd_vault_audit = {
	.name = "vault audit",
	.group = "look",
	.summary = "ask the holders for random parts of their copies",
	.usage = "[--leaves N | --all] [--timeout SECONDS] [--json] [HOLDER...]",
	.example =
		"$ varve vault audit stick\n"
		"stick: lists 2 of 2 shards, with the right sizes\n"
		"  ledger: 12 of 12 records read, all sound\n"
		"  2 random leaves requested, one per shard: all sound (8.3 kB read); chance to detect the loss of 1 % of the shards: 100.0 %",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "a holder failed; 3 none failed, and some could not be asked",
	.arguments = "",
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_audit,
};
