import { Content } from '@backstage/core-components';
import {
  UserSettingsIdentityCard,
  UserSettingsProfileCard,
  UserSettingsThemeToggle,
} from '@backstage/plugin-user-settings';
import List from '@material-ui/core/List';
import { Panel } from '../ui/Panel';
import { PasswordPanel } from './PasswordPanel';
import './profile.css';

/** Who the person is here, and the theme; without the stock page's switch for a menu that we do not have. */
export function ProfilePage() {
  return (
    <Content>
      <div className="profile-cards">
        <UserSettingsProfileCard />
        <UserSettingsIdentityCard />
        <Panel title="Appearance" flush>
          <List dense>
            <UserSettingsThemeToggle />
          </List>
        </Panel>
        <PasswordPanel />
      </div>
    </Content>
  );
}
