package staging

import (
	"context"
	"fmt"
)

const settingsSQL = `
select name, setting from pg_catalog.pg_settings
where name in ('server_version', 'fsync', 'full_page_writes', 'synchronous_commit', 'shared_buffers', 'work_mem', 'max_wal_size',
    'max_connections', 'temp_file_limit', 'transaction_read_only', 'wal_level')
union all select 'database_bytes', pg_catalog.pg_database_size(pg_catalog.current_database())::text
union all select 'connections', (select count(*) from pg_catalog.pg_stat_activity where backend_type = 'client backend')::text
union all select 'in_recovery', pg_catalog.pg_is_in_recovery()::text`

// Settings are the server's, as pg_settings tells them, in its units; and database_bytes, connections and in_recovery.
func (s *Store) Settings(ctx context.Context) (map[string]string, error) {
	rows, err := s.pool.Query(ctx, settingsSQL)
	if err != nil {
		return nil, fmt.Errorf("read the settings of staging: %w", s.explain(err))
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return nil, fmt.Errorf("read the settings of staging: %w", err)
		}
		out[name] = value
	}
	return out, rows.Err()
}
