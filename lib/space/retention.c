/*
 * retention: the days, weeks, months and years of commits.
 */
#include "lib/space/retention.h"

#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "base/text.h"
#include "dataset/schema/value.h"

/* In the order of VV_KEEP_LAST ... */
static const char *const rule_words[VV_KEEP_COUNT] = {"last", "daily", "weekly", "monthly",
						      "yearly"};

#define POLICY_FORM "a policy has rules such as last=30,daily=30,weekly=52,monthly=24,yearly=5"
#define TIME_MAX ((int64_t)1 << 40) /* some 35,000 years; Git's dates are within */

/* ---- the text ---- */

static vv_status read_rule(vv_retention *out, const char *text, size_t len, vv_error *err)
{
	const size_t name = strcspn(text, "=,");

	for (int i = 0; i < VV_KEEP_COUNT; i++) {
		if (strlen(rule_words[i]) != name || strncmp(text, rule_words[i], name) != 0) {
			continue;
		}
		if (out->counts[i] > 0) {
			return vv_fail(err, VV_EUSAGE, "the policy has two rules '%s'",
				       rule_words[i]);
		}
		if (name < len && vv_parse_u64(&out->counts[i], text + name + 1, len - name - 1) &&
		    out->counts[i] > 0) {
			return VV_OK;
		}
		return vv_fail(err, VV_EUSAGE, "'%s' requires a number of at least 1, as in %s=30",
			       rule_words[i], rule_words[i]);
	}
	return vv_fail(err, VV_EUSAGE, "not a rule: '%s'\n" POLICY_FORM, vv_text_shows(text));
}

vv_status vv_retention_parse(vv_retention *out, const char *text, vv_error *err)
{
	vv_status rc;

	*out = (vv_retention){0};
	for (const char *at = text;; at++) {
		const size_t len = strcspn(at, ",");

		if ((rc = read_rule(out, at, len, err)) < 0) return rc;
		at += len;
		if (!*at) return VV_OK;
	}
}

void vv_retention_put(vv_buf *out, const vv_retention *p)
{
	const char *comma = "";

	for (int i = 0; i < VV_KEEP_COUNT; i++) {
		if (p->counts[i] > 0) {
			vv_buf_printf(out, "%s%s=%llu", comma, rule_words[i],
				      (unsigned long long)p->counts[i]);
			comma = ",";
		}
	}
}

/* ---- the choice ---- */

/* Items are sorted by time, and zones differ by at most 26 hours: an earlier day can follow at most
 * two later ones. */
enum { NEAR = 3 };

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* The number of the day, week ... of an item. */
static int64_t period_of(const vv_retained *item, int rule)
{
	int64_t time = item->time;

	time = time > TIME_MAX ? TIME_MAX : time;
	time = time < -TIME_MAX ? -TIME_MAX : time;
	const int64_t days = floor_div(time + (int64_t)item->offset_min * 60, 86400);
	if (rule == VV_KEEP_DAILY) return days;
	if (rule == VV_KEEP_WEEKLY) return floor_div(days + 3, 7); /* 1970 began on a Thursday */
	const vv_day day = vv_value_day(days);
	return rule == VV_KEEP_MONTHLY ? day.year * 12 + day.month : day.year;
}

static void keep_last(vv_retained *items, size_t count, uint64_t left)
{
	for (size_t i = 0; i < count && left > 0; i++) {
		if (!items[i].again) {
			items[i].rules |= 1u << VV_KEEP_LAST;
			left--;
		}
	}
}

static void keep_periods(vv_retained *items, size_t count, int rule, uint64_t left)
{
	int64_t near[NEAR] = {INT64_MAX, INT64_MAX, INT64_MAX};
	size_t kept = 0;

	for (size_t i = 0; i < count && left > 0; i++) {
		const int64_t period = period_of(&items[i], rule);

		if (!vv_array_find(near, NEAR, it, *it == period)) {
			near[kept++ % NEAR] = period;
			items[i].rules |= 1u << rule;
			left--;
		}
	}
}

void vv_retention_choose(const vv_retention *p, vv_retained *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		items[i].rules = 0;
	}
	keep_last(items, count, p->counts[VV_KEEP_LAST]);
	for (int rule = VV_KEEP_LAST + 1; rule < VV_KEEP_COUNT; rule++) {
		keep_periods(items, count, rule, p->counts[rule]);
	}
}
