// Stands in for the file of the same name in @backstage/plugin-scaffolder-react (see build/stock-parts.mjs): there, a link
// without a name lies inside a button, so that keyboards stop twice and only a pointer gets there.
import type { TemplateEntityV1beta3 } from '@backstage/plugin-scaffolder-common';
import { Link } from '@backstage/core-components';
import { useApp, useRouteRef } from '@backstage/core-plugin-api';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  entityRouteParams,
  entityRouteRef,
} from '@backstage/plugin-catalog-react';
import { scaffolderReactTranslationRef } from '@backstage/plugin-scaffolder-react/alpha';
import IconButton from '@material-ui/core/IconButton';
import Tooltip from '@material-ui/core/Tooltip';
import DescriptionIcon from '@material-ui/icons/Description';

/** Leads from a template's card to its page in the catalog. */
export function TemplateDetailButton(props: {
  template: TemplateEntityV1beta3;
  className?: string;
}) {
  const pageOf = useRouteRef(entityRouteRef);
  const { t } = useTranslationRef(scaffolderReactTranslationRef);
  const Icon = useApp().getSystemIcon('kind:template') ?? DescriptionIcon;
  const name = t('cardHeader.detailBtnTitle');
  return (
    <Tooltip title={name}>
      <IconButton
        component={Link}
        to={pageOf(entityRouteParams(props.template))}
        aria-label={name}
        className={props.className}
        style={{ padding: 0 }}
      >
        <Icon />
      </IconButton>
    </Tooltip>
  );
}
