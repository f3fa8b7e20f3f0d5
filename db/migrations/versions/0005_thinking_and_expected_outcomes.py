"""thinking and expected outcomes"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call", sa.Column("thinking", sa.String(), nullable=True))
    op.add_column("judgment", sa.Column("expected_outcome", sa.Double(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("judgment", schema=None) as batch_op:
        batch_op.drop_column("expected_outcome")

    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.drop_column("thinking")
