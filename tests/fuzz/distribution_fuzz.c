/*
 * Reads the input as a distribution that an earlier check kept, perhaps on another machine.
 * What is accepted must add up, be measured without harm, and be written again to the same
 * bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "check/past/drift.h"
#include "tests/fuzz/fuzz.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void measure(const vv_distribution *d)
{
	vv_drift_bins bins;
	vv_error err;

	require(vv_drift_bin(&bins, d, d, &err) == VV_OK);
	require(vv_drift_psi(&bins) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const vv_dist_kind kinds[] = {VV_DIST_NUMBERS, VV_DIST_TIMES, VV_DIST_TEXTS,
					     VV_DIST_COUNTS};

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		vv_distribution d;
		vv_buf again = VV_BUF_INIT;
		vv_error err;

		vv_distribution_init(&d, kinds[k]);
		if (vv_distribution_get(&d, data, size, &err)) {
			vv_distribution_put(&again, &d);
			require(!again.failed && again.len == size &&
				memcmp(again.data, data, size) == 0);
			for (size_t i = 0; i < d.count; i++) {
				require(vv_distribution_count(&d, &d.values[i]) ==
					d.values[i].count);
			}
			if (!d.over) {
				measure(&d);
			}
		}
		vv_distribution_clear(&d);
		vv_buf_clear(&again);
	}
	return 0;
}
