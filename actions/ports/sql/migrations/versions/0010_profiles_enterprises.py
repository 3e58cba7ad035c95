"""What customers said of themselves and agreed to have kept; contracts and monthly figures of enterprises."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SECRET = sa.Text()
MONEY = sa.Numeric(14, 2).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "profiles",
        sa.Column("subject", sa.String(160), nullable=False),
        sa.Column("body", SECRET, nullable=False),
        sa.Column("oldest_at", MOMENT, nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_profiles"),
    )
    op.create_index("ix_profiles_oldest_at", "profiles", ["oldest_at"], unique=False)
    op.create_table(
        "enterprise_contracts",
        sa.Column("account_no", sa.String(16), nullable=False),
        sa.Column("company_no", sa.String(32), nullable=False),
        sa.Column("company", SECRET, nullable=False),
        sa.Column("voltage", sa.String(20), nullable=False),
        sa.Column("capacity_kva", sa.Integer(), nullable=False),
        sa.Column("charged_by", sa.String(10), nullable=False),
        sa.Column("capacity_price", MONEY, nullable=False),
        sa.Column("demand_price", MONEY, nullable=False),
        sa.Column("power_factor_standard", sa.String(4), nullable=True),
        sa.Column("manager", SECRET, nullable=False),
        sa.Column("manager_phone", SECRET, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_no"], ["accounts.account_no"], name="fk_enterprise_contracts_account_no", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_no", name="pk_enterprise_contracts"),
    )
    op.create_index("ix_enterprise_contracts_company_no", "enterprise_contracts", ["company_no"], unique=False)
    op.create_table(
        "enterprise_months",
        sa.Column("account_no", sa.String(16), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("active_kwh", sa.Integer(), nullable=False),
        sa.Column("reactive_kvarh", sa.Integer(), nullable=False),
        sa.Column("max_demand_kw", sa.Integer(), nullable=False),
        sa.Column("basic_charge", MONEY, nullable=False),
        sa.Column("adjustment", MONEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_no"],
            ["enterprise_contracts.account_no"],
            name="fk_enterprise_months_account_no",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_no", "month", name="pk_enterprise_months"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("enterprise_months")
    op.drop_table("enterprise_contracts")
    op.drop_table("profiles")
